import { startWorker } from './start-worker.ts';

const { url } = await startWorker({ NVIDIA_API_KEY: process.env.NVIDIA_API_KEY ?? '' });
console.log(`ask ${url}/?q=Hi or ${url}/stream?q=Hi`);
