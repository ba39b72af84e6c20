// Loaded before a measured program: tells its peak memory when it ends, in KiB, in the file that the variable names.
import { writeFileSync } from "node:fs";

process.on("exit", () => writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS)));
