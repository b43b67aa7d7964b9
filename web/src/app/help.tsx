import { useState } from "react";
import { type CommandContext, singleKeys, useAllCommands } from "@/shared/commands";
import { Keys } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Checkbox } from "@/shared/ui/field";

/** Every key there is here and now, read from the commands themselves. */
export default function Help({ context, onClose }: { context: CommandContext; onClose: () => void }) {
  const commands = useAllCommands().filter((command) => command.keys && (command.when?.(context) ?? true));
  const groups = [...new Set(commands.map((command) => command.group))];
  const [single, setSingle] = useState(singleKeys.on);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keyboard shortcuts">
      <div className="flex flex-col gap-4">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-xs font-medium text-ink-faint">{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id} className="flex items-center justify-between gap-4 py-1 text-sm">
                    <dt>{command.label}</dt>
                    <dd>
                      <Keys keys={command.keys ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <p className="text-xs text-ink-faint">In tables: arrows or J and K move, Enter opens.</p>
        <Checkbox
          label="Keys without ⌘ or Ctrl are on"
          checked={single}
          onChange={(event) => {
            singleKeys.set(event.target.checked);
            setSingle(event.target.checked);
          }}
        />
      </div>
    </Dialog>
  );
}
