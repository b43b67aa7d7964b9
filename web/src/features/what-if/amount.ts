/**
 * An amount as people type it: `12500`, `12,500`, `12 500,50`. Groups of three are thousands; one or two digits after a
 * point or a comma are cents. What could be read in two ways is not read.
 */
export function readAmount(text: string): string | undefined {
  const typed = text.trim().replaceAll(/[\s'’_]/g, "");
  const parts = /^(\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+|\d{1,15})(?:[.,](\d{1,2}))?$/.exec(typed);
  if (!parts) return undefined;
  const whole = (parts[1] ?? "").replaceAll(/[.,]/g, "").replace(/^0+(?=\d)/, "");
  if (whole.length > 15) return undefined;
  return parts[2] ? `${whole}.${parts[2]}` : whole;
}
