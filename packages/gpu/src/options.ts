import type { MeterProvider } from '@opentelemetry/api';

/** Where the driver is called: a process, a thread, or the caller's own thread. */
export type Isolation = 'process' | 'worker' | 'inline';
/** Which names go out: ours, OpenTelemetry's hardware conventions, or both. */
export type ConventionsOption = 'gpu' | 'hw' | 'both';

/** Series per process. */
export interface ProcessOptions {
  /** So many processes of each device, those with the most memory. Default 20. */
  readonly top?: number | undefined;
  /** Whether each process has its `pid` as a label; else processes of one name are added up. Default `false`. */
  readonly pid?: boolean | undefined;
}

/** Pods, from the kubelet's socket. */
export interface KubernetesOptions {
  /** Default `/var/lib/kubelet/pod-resources/kubelet.sock`. */
  readonly socket?: string | undefined;
}

/** Bytes that NCCL moved, from the files of its Inspector plugin in JSON mode. */
export interface NcclOptions {
  /** The plugin's `NCCL_INSPECTOR_DUMP_DIR`. */
  readonly directory: string;
}

/** How GPUs are read, and what of them. */
export interface GpuMeterOptions {
  /** Default: the global one, as it is when the first GPU is found. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Milliseconds between two polls. What is older than three intervals is not reported. Default 10000. */
  readonly intervalMillis?: number | undefined;
  /** Milliseconds after which a poll without an answer counts as hung, and the helper is killed. Default 5000. */
  readonly timeoutMillis?: number | undefined;
  /** Default `gpu`. */
  readonly conventions?: ConventionsOption | undefined;
  /** Default `process`. In a `worker` or `inline`, a driver that hangs keeps the application from exiting. */
  readonly isolation?: Isolation | undefined;
  /** Series per process, which need the host's PIDs (`hostPID` in Kubernetes). Default `false`. */
  readonly processes?: boolean | ProcessOptions | undefined;
  /** Which pods have which GPUs, as `gpu_pod_info`. Default `false`. */
  readonly kubernetes?: boolean | KubernetesOptions | undefined;
  /** Default: off. */
  readonly nccl?: NcclOptions | undefined;
  /** Samples PCIe rates where nothing better is there, which takes 40 ms a board. Default `false`. */
  readonly pcieThroughput?: boolean | undefined;
  /** `per-poll` lets go of the driver between two polls, so that GPUs can sleep, be reset or be divided. Default `always`. */
  readonly holdDriver?: 'always' | 'per-poll' | undefined;
  /** Path of `libnvidia-ml.so.1`. Default: `LLM_OTEL_NVML_LIBRARY`, then the usual places. */
  readonly library?: string | undefined;
  /** Folder that holds the machine's `proc`, `sys` and `dev`. Default: `LLM_OTEL_GPU_ROOT`, then `/`. */
  readonly root?: string | undefined;
  /** The file that the helper runs, for applications that are bundled into one file. Default: `helper.js` beside this package. */
  readonly helperPath?: string | undefined;
}

/** Options with their defaults. */
export interface Settings {
  readonly meterProvider: MeterProvider | undefined;
  readonly intervalMillis: number;
  readonly timeoutMillis: number;
  readonly conventions: ConventionsOption;
  readonly isolation: Isolation;
  readonly processes: Required<{ [Key in keyof ProcessOptions]: NonNullable<ProcessOptions[Key]> }> | undefined;
  readonly kubernetes: KubernetesOptions | undefined;
  readonly nccl: NcclOptions | undefined;
  readonly pcieThroughput: boolean;
  readonly holdDriver: 'always' | 'per-poll';
  readonly library: string | undefined;
  readonly root: string;
  readonly helperPath: string | undefined;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** @throws RangeError or TypeError, one sentence, where an option has a wrong value. */
export function readOptions(options: GpuMeterOptions): Settings {
  const { processes = false, kubernetes = false } = options;
  return {
    meterProvider: options.meterProvider,
    intervalMillis: millis('intervalMillis', options.intervalMillis ?? 10_000),
    timeoutMillis: millis('timeoutMillis', options.timeoutMillis ?? 5000),
    conventions: oneOf('conventions', ['gpu', 'hw', 'both'], options.conventions ?? 'gpu'),
    isolation: oneOf('isolation', ['process', 'worker', 'inline'], options.isolation ?? 'process'),
    processes: processes === false ? undefined : { top: 20, pid: false, ...defined(processes) },
    kubernetes: kubernetes === false ? undefined : kubernetes === true ? {} : kubernetes,
    nccl: options.nccl,
    pcieThroughput: options.pcieThroughput ?? false,
    holdDriver: oneOf('holdDriver', ['always', 'per-poll'], options.holdDriver ?? 'always'),
    library: options.library,
    root: options.root ?? process.env.LLM_OTEL_GPU_ROOT ?? '/',
    helperPath: options.helperPath,
  };
}

function defined(processes: true | ProcessOptions): { top?: number; pid?: boolean } {
  const { top, pid } = processes === true ? {} : processes;
  return { ...(top === undefined ? {} : { top }), ...(pid === undefined ? {} : { pid }) };
}

function millis(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 1 && value <= LONGEST_TIMER) return value;
  throw new RangeError(`startGpuMeter() got ${name} ${value}; allowed are milliseconds from 1 to ${LONGEST_TIMER}.`);
}

function oneOf<Word extends string>(name: string, words: readonly Word[], value: Word): Word {
  if (words.includes(value)) return value;
  throw new TypeError(`startGpuMeter() got ${name} '${value}'; allowed is ${words.join(', ')}.`);
}
