import { connections } from "@/features/connections";
import { deal } from "@/features/deal";
import { imports } from "@/features/import";
import { pipeline } from "@/features/pipeline";
import { signIn } from "@/features/sign-in";
import { today } from "@/features/today";
import type { Feature } from "@/shared/feature";

/** Everything the app can show: a line each. The order is the navigation's. */
export const features: readonly Feature[] = [signIn, today, pipeline, deal, connections, imports];
