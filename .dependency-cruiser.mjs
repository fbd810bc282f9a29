// The layers: core <- every package, prometheus <- sdk and gpu, gpu <- sdk (on demand). Imports of types count.
const portable = '^packages/(?!prometheus/|sdk/|gpu/|testing/)([^/]+)/src/';
const ownCoreAndApi = ['^packages/$1/src/', '^packages/core/', 'node_modules/@opentelemetry/api/'];

const priceTable = 'node_modules/@pydantic/genai-prices/';
const tokenizer = 'node_modules/gpt-tokenizer/';
const onDemand = [priceTable, tokenizer];

/** Programs that run in a folder of their own, where the packages are installed. */
const elsewhere = '^packages/(testing/test/packed|sdk/test/auto/programs)/.*js$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: { pathNot: elsewhere }, to: { couldNotResolve: true } },
    {
      name: 'core-and-own-only',
      severity: 'error',
      from: { path: '^packages/(?!testing/)([^/]+)/src/' },
      to: {
        path: '^packages/',
        pathNot: ['^packages/$1/src/', '^packages/core/', '^packages/prometheus/', '^packages/gpu/'],
      },
    },
    {
      name: 'prometheus-in-sdk-only',
      comment: 'The GPU meter serves a page of its own from the command line',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(sdk|prometheus)/|^packages/gpu/(src/serve|test/)' },
      to: { path: '^packages/prometheus/' },
    },
    {
      name: 'gpu-in-sdk-only',
      comment: 'The GPU meter is loaded when it is asked for',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/gpu/' },
      to: { path: '^packages/gpu/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-first',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { path: '^packages/(?!core/src/)' },
    },
    {
      name: 'testing-alone',
      severity: 'error',
      from: { path: '^packages/testing/src/' },
      to: { path: '^packages/(?!testing/)' },
    },
    {
      name: 'portable',
      comment: 'Core and providers run everywhere: at run time they import nothing but core and the OpenTelemetry API',
      severity: 'error',
      from: { path: portable },
      to: { pathNot: [...ownCoreAndApi, ...onDemand], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tables-on-demand',
      comment:
        'The price table and the tokenizer may be missing, and are large: one place loads each, when it is needed',
      severity: 'error',
      from: { path: portable },
      to: { path: onDemand, dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'prices-in-one-place',
      severity: 'error',
      from: { path: portable, pathNot: '^packages/core/src/prices/' },
      to: { path: priceTable },
    },
    {
      name: 'tokenizer-in-one-place',
      severity: 'error',
      from: { path: portable, pathNot: '^packages/core/src/estimate/' },
      to: { path: tokenizer },
    },
    { name: 'no-built-in', severity: 'error', from: { path: portable }, to: { dependencyTypes: ['core'] } },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^packages/(?!testing/)[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/\\.next/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
