import { startGpuMeter } from './dist/index.js';
const m=startGpuMeter({root:'/tmp/perf-root',library:'/tmp/fake550.so',intervalMillis:500}); setTimeout(()=>{console.log(m.state,m.reason,m.devices().length)},1500);
