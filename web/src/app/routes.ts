import { cashFlow } from "@/features/cash-flow";
import { connections } from "@/features/connections";
import { dataQuality } from "@/features/data-quality";
import { deal } from "@/features/deal";
import { forecast } from "@/features/forecast";
import { imports } from "@/features/import";
import { owners } from "@/features/owners";
import { pipeline } from "@/features/pipeline";
import { processMap } from "@/features/process-map";
import { settings } from "@/features/settings";
import { signIn } from "@/features/sign-in";
import { today } from "@/features/today";
import { trust } from "@/features/trust";
import { whatIf } from "@/features/what-if";
import type { Feature } from "@/shared/feature";

/** Everything the app can show: a line each. The order is the navigation's. */
export const features: readonly Feature[] = [
  signIn,
  today,
  pipeline,
  deal,
  forecast,
  whatIf,
  trust,
  processMap,
  owners,
  cashFlow,
  dataQuality,
  connections,
  imports,
  settings,
];
