import { useQuery } from "@tanstack/react-query";
import { type RoleView, rolesQuery } from "@/api/settings";
import { dated } from "@/shared/format/dated";
import { Badge, Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { roleName, SCOPES } from "./names";

/** What each role sees and may. */
export default function Roles({ own }: { own: string }) {
  const query = useQuery(rolesQuery);
  return (
    <QueryView query={query}>
      {(roles) => (
        <Card title="What each role sees and may" flush>
          <PlainTable<RoleView>
            label="Roles"
            stacks
            rows={roles}
            rowId={(role) => role.role}
            columns={[
              {
                id: "role",
                header: "Role",
                names: true,
                className: "whitespace-nowrap",
                cell: (role) => (
                  <>
                    {roleName(role.role)} {role.role === own && <Badge tone="accent">yours</Badge>}
                  </>
                ),
              },
              { id: "sees", header: "Sees", className: "min-w-44", cell: (role) => dated(role.sees) },
              {
                id: "may",
                header: "May",
                className: "min-w-64",
                cell: (role) => (
                  <ul className="flex flex-col gap-0.5">
                    {role.scopes.map((scope) => (
                      <li key={scope}>{SCOPES[scope] ?? scope}</li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        </Card>
      )}
    </QueryView>
  );
}
