/** Who asks, as far as rights go. */
type Who = { readonly role: string; readonly scopes: readonly string[] } | undefined;

const LEADS = new Set(["sales_manager", "cro", "admin"]);

/** Connections are looked at by those who lead sellers. */
export const maySee = (who: Who): boolean => who !== undefined && LEADS.has(who.role);

/** A source changes everybody's deals, so those who see them all connect it. */
export const mayConnect = (who: Who): boolean =>
  who !== undefined && (who.role === "cro" || who.role === "admin") && who.scopes.includes("import");

/** What a stage means changes everybody's figures. */
export const mayMapStages = (who: Who): boolean =>
  who !== undefined && who.role === "admin" && who.scopes.includes("admin");

/** So does what a field is taken from. */
export const mayMapFields = mayMapStages;
