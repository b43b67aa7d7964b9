export const asPercent = (share: number) => `${Math.round(share * 100)}%`;
export const cut = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;

const fills = ["fill-chart-1", "fill-chart-2", "fill-chart-3", "fill-chart-4", "fill-chart-5"];
export const seriesFill = (at: number): string => fills[at % fills.length] ?? "fill-chart-1";
