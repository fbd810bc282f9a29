import type { AttributeValue } from '@opentelemetry/api';
import type { ConfigurationModel } from '@opentelemetry/configuration';
import type { ViewOptions } from '@opentelemetry/sdk-metrics';
import { createView } from './config-views';
import { reason } from './deadline';
import type { Environment, Variables } from './environment';
import { FileVariables } from './file-variables';
import { loadPeer } from './peers';

type Parser = typeof import('@opentelemetry/configuration');
const PACKAGE = '@opentelemetry/configuration';
const VARIABLE = 'OTEL_CONFIG_FILE';

/** What a configuration file says, in terms of variables, and what no variable can say. */
export interface ConfigFile {
  readonly variables: Variables;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly views: readonly ViewOptions[];
}

/**
 * Reads the file that `OTEL_CONFIG_FILE` names, with OpenTelemetry's own parser, an optional peer. As the specification
 * has it, the file stands in place of the variables, but for those that it refers to.
 */
export function readConfigFile(environment: Environment): ConfigFile | undefined {
  const path = environment.raw(VARIABLE);
  if (path === undefined) return undefined;
  const parser = loadPeer<Parser>(PACKAGE);
  if (parser === undefined) {
    environment.refuse(VARIABLE, path, `the path of a configuration file once ${PACKAGE} is installed`);
    return undefined;
  }
  try {
    return translate(parser, parser.parseConfigFile(path), environment);
  } catch (error) {
    const fault = reason(error).replace(/\s+/g, ' ').replace(/\.$/, '');
    environment.refuse(VARIABLE, path, `the path of an OpenTelemetry configuration file 1.x (${fault})`);
    return undefined;
  }
}

function translate(parser: Parser, model: ConfigurationModel, environment: Environment): ConfigFile {
  const { variables, unused } = new FileVariables(parser, model);
  for (const place of unused) {
    environment.problems.add(`${VARIABLE} has ${place}, which register() does not know and leaves out.`);
  }
  const resource = model.resource ?? {};
  const listed = parser.mergeResourceAttributesConfig(resource.attributes, resource.attributes_list) ?? [];
  const attributes = listed.flatMap(({ name, value }) => (isPlain(value) ? [[name, value] as const] : []));
  const views = (model.meter_provider?.views ?? []).map(createView);
  return { variables, attributes: Object.fromEntries(attributes), views };
}

const isPlain = (value: AttributeValue | unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);
