import { UserRound } from "lucide-react";
import type { Me } from "@/api/me";
import type { Command, CommandContext } from "@/shared/commands";
import { words } from "@/shared/format";
import { setTheme, useTheme } from "@/shared/theme";
import { IconButton } from "@/shared/ui/button";
import { Menu, MenuGroup, MenuItem, MenuRadio } from "@/shared/ui/menu";

const THEMES = [
  { value: "system", label: "Like the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

const sees = (me: Me): string =>
  me.sees_all
    ? "sees everybody's deals"
    : me.sees_people > 1
      ? `sees the deals of ${me.sees_people} people`
      : "sees own deals";

/** Who one is, the theme, the way out. */
export function Account({
  me,
  commands,
  context,
}: {
  me: Me | undefined;
  commands: readonly Command[];
  context: CommandContext;
}) {
  const theme = useTheme();
  return (
    <Menu
      label="Account"
      trigger={
        <IconButton label="Account">
          <UserRound />
        </IconButton>
      }
    >
      {me && (
        <MenuGroup label="Signed in">
          <p className="px-2 pb-1">
            <span className="block font-medium">{me.name ?? words(me.role)}</span>
            {me.email && <span className="block text-xs text-ink-faint">{me.email}</span>}
            <span className="block text-xs text-ink-faint">
              {me.name ? `${words(me.role)}, ` : ""}
              {sees(me)}
            </span>
          </p>
        </MenuGroup>
      )}
      <MenuGroup label="Theme">
        <MenuRadio value={theme} onChange={setTheme} options={THEMES} />
      </MenuGroup>
      <MenuGroup label="Pie">
        {commands
          .filter((command) => command.id === "app.help" || command.id === "app.sign-out")
          .map((command) => (
            <MenuItem key={command.id} onSelect={() => command.run(context)}>
              {command.label}
            </MenuItem>
          ))}
      </MenuGroup>
    </Menu>
  );
}
