import { cashFlow } from "@/features/cash-flow";
import { dataQuality } from "@/features/data-quality";
import { deal } from "@/features/deal";
import { owners } from "@/features/owners";
import { pipeline } from "@/features/pipeline";
import { processMap } from "@/features/process-map";
import { settings } from "@/features/settings";
import { signIn } from "@/features/sign-in";
import { today } from "@/features/today";
import type { Feature } from "@/shared/feature";

/** Everything the app can show: a line each. The order is the navigation's. */
export const features: readonly Feature[] = [
  signIn,
  today,
  pipeline,
  deal,
  processMap,
  owners,
  cashFlow,
  dataQuality,
  settings,
];
