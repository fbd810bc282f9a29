import type { NextConfig } from 'next';

const config: NextConfig = {
  // `npm run types` checks them, with those of the tests.
  typescript: { ignoreBuildErrors: true },
};

export default config;
