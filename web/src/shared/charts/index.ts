export * from "./charts";
export { ChartFrame, type ChartProps, Legend, type TextTable } from "./frame";
export type { BandPoint, Flow, ProcessEdge, ProcessNode, ReliabilityBin, Stack, Step } from "./geometry";
