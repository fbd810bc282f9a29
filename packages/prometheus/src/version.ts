/** The version of this package. */
export const PROMETHEUS_VERSION = '0.1.0';
