import type { Signal } from './otlp-address';
import { GRPC_PACKAGES } from './otlp-settings';
import { loadThrough } from './peers';

interface Metadata {
  set(name: string, value: string): void;
}

interface GrpcBase {
  createEmptyMetadata(): Metadata;
}

/** Headers, as gRPC calls take them. */
export function grpcConfig(signal: Signal, headers: Readonly<Record<string, string>>): { metadata?: Metadata } {
  const base = loadThrough<GrpcBase>(GRPC_PACKAGES[signal], '@opentelemetry/otlp-grpc-exporter-base');
  const metadata = base?.createEmptyMetadata();
  if (metadata === undefined) return {};
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return { metadata };
}
