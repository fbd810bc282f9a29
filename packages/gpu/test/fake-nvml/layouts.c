/* Prints the layout of the structs that are read, as JSON: of the declarations below, or with -DNVML_H of the real nvml.h. */
#include <stddef.h>
#include <stdio.h>

#ifdef NVML_H
#include <nvml.h>
#else
typedef unsigned int u32;
typedef unsigned long long u64;
typedef union { double d; u32 i; unsigned long l; u64 n; long long s; } Value;
typedef struct { u64 total, free, used; } nvmlMemory_t;
typedef struct { u32 version; u64 total, reserved, free, used; } nvmlMemory_v2_t;
typedef struct { u32 gpu, memory; } nvmlUtilization_t;
typedef struct { u32 version; int sensorType; int temperature; } nvmlTemperature_t;
typedef struct { u64 timeStamp; Value sampleValue; } nvmlSample_t;
typedef struct { u32 pid; u64 usedGpuMemory; } nvmlProcessInfo_v1_t;
typedef struct { u32 pid; u64 usedGpuMemory; u32 gpuInstanceId, computeInstanceId; } nvmlProcessInfo_t;
typedef struct { u32 pid; u64 timeStamp; u32 smUtil, memUtil, encUtil, decUtil; } nvmlProcessUtilizationSample_t;
typedef struct { u32 fieldId, scopeId; long long timestamp, latencyUsec; int valueType, nvmlReturn; Value value; } nvmlFieldValue_t;
typedef struct { char busIdLegacy[16]; u32 domain, bus, device, pciDeviceId, pciSubSystemId; char busId[32]; } nvmlPciInfo_t;
typedef struct { void *device; u64 eventType, eventData; u32 gpuInstanceId, computeInstanceId; } nvmlEventData_t;
typedef struct { u32 metricId; int nvmlReturn; double value; struct { char *a, *b, *c; } metricInfo; } nvmlGpmMetric_t;
typedef struct { u32 version, numMetrics; void *sample1, *sample2; nvmlGpmMetric_t metrics[333]; } nvmlGpmMetricsGet_t;
typedef struct { u32 version, isSupportedDevice; } nvmlGpmSupport_t;
typedef struct { void *device; u32 id, profileId; struct { u32 start, size; } placement; } nvmlGpuInstanceInfo_t;
typedef struct { u32 version, id, isP2pSupported, counts[8]; u64 memorySizeMB; char name[96]; } nvmlGpuInstanceProfileInfo_v2_t;
typedef struct { u32 version, id, counts[8]; u64 memorySizeMB; char name[96]; u32 capabilities; } nvmlGpuInstanceProfileInfo_v3_t;
#endif

#define SIZE(name, type) printf("\"%s.size\": %zu,\n", name, sizeof(type))
#define AT(name, key, type, field) printf("\"%s.%s\": %zu,\n", name, key, offsetof(type, field))
#define VERSION(name, type, number) printf("\"%s.version\": %zu,\n", name, sizeof(type) | ((size_t)(number) << 24))

int main(void) {
  printf("{\n");
  SIZE("MEMORY_V1", nvmlMemory_t); AT("MEMORY_V1", "total", nvmlMemory_t, total);
  AT("MEMORY_V1", "free", nvmlMemory_t, free); AT("MEMORY_V1", "used", nvmlMemory_t, used);
  SIZE("MEMORY_V2", nvmlMemory_v2_t); VERSION("MEMORY_V2", nvmlMemory_v2_t, 2);
  AT("MEMORY_V2", "total", nvmlMemory_v2_t, total); AT("MEMORY_V2", "reserved", nvmlMemory_v2_t, reserved);
  AT("MEMORY_V2", "free", nvmlMemory_v2_t, free); AT("MEMORY_V2", "used", nvmlMemory_v2_t, used);
  SIZE("UTILIZATION", nvmlUtilization_t); AT("UTILIZATION", "gpu", nvmlUtilization_t, gpu);
  AT("UTILIZATION", "memory", nvmlUtilization_t, memory);
  SIZE("TEMPERATURE", nvmlTemperature_t); VERSION("TEMPERATURE", nvmlTemperature_t, 1);
  AT("TEMPERATURE", "sensor", nvmlTemperature_t, sensorType); AT("TEMPERATURE", "value", nvmlTemperature_t, temperature);
  SIZE("SAMPLE", nvmlSample_t); AT("SAMPLE", "timestamp", nvmlSample_t, timeStamp);
  AT("SAMPLE", "value", nvmlSample_t, sampleValue);
  SIZE("PROCESS_V1", nvmlProcessInfo_v1_t); AT("PROCESS_V1", "pid", nvmlProcessInfo_v1_t, pid);
  AT("PROCESS_V1", "memory", nvmlProcessInfo_v1_t, usedGpuMemory);
  SIZE("PROCESS", nvmlProcessInfo_t); AT("PROCESS", "pid", nvmlProcessInfo_t, pid);
  AT("PROCESS", "memory", nvmlProcessInfo_t, usedGpuMemory); AT("PROCESS", "gpuInstance", nvmlProcessInfo_t, gpuInstanceId);
  AT("PROCESS", "computeInstance", nvmlProcessInfo_t, computeInstanceId);
  SIZE("PROCESS_SAMPLE", nvmlProcessUtilizationSample_t); AT("PROCESS_SAMPLE", "pid", nvmlProcessUtilizationSample_t, pid);
  AT("PROCESS_SAMPLE", "timestamp", nvmlProcessUtilizationSample_t, timeStamp);
  AT("PROCESS_SAMPLE", "sm", nvmlProcessUtilizationSample_t, smUtil);
  AT("PROCESS_SAMPLE", "memory", nvmlProcessUtilizationSample_t, memUtil);
  SIZE("FIELD", nvmlFieldValue_t); AT("FIELD", "id", nvmlFieldValue_t, fieldId); AT("FIELD", "scope", nvmlFieldValue_t, scopeId);
  AT("FIELD", "timestamp", nvmlFieldValue_t, timestamp); AT("FIELD", "type", nvmlFieldValue_t, valueType);
  AT("FIELD", "code", nvmlFieldValue_t, nvmlReturn); AT("FIELD", "value", nvmlFieldValue_t, value);
  SIZE("PCI", nvmlPciInfo_t); AT("PCI", "busId", nvmlPciInfo_t, busId);
  SIZE("EVENT", nvmlEventData_t); AT("EVENT", "device", nvmlEventData_t, device); AT("EVENT", "type", nvmlEventData_t, eventType);
  AT("EVENT", "data", nvmlEventData_t, eventData); AT("EVENT", "gpuInstance", nvmlEventData_t, gpuInstanceId);
  AT("EVENT", "computeInstance", nvmlEventData_t, computeInstanceId);
  AT("GPM", "header", nvmlGpmMetricsGet_t, metrics); AT("GPM", "count", nvmlGpmMetricsGet_t, numMetrics);
  AT("GPM", "first", nvmlGpmMetricsGet_t, sample1); AT("GPM", "second", nvmlGpmMetricsGet_t, sample2);
  SIZE("GPM", nvmlGpmMetric_t); AT("GPM", "code", nvmlGpmMetric_t, nvmlReturn); AT("GPM", "value", nvmlGpmMetric_t, value);
  SIZE("GPM_SUPPORT", nvmlGpmSupport_t); AT("GPM_SUPPORT", "supported", nvmlGpmSupport_t, isSupportedDevice);
  SIZE("INSTANCE_INFO", nvmlGpuInstanceInfo_t); AT("INSTANCE_INFO", "profile", nvmlGpuInstanceInfo_t, profileId);
  SIZE("PROFILE_V2", nvmlGpuInstanceProfileInfo_v2_t); VERSION("PROFILE_V2", nvmlGpuInstanceProfileInfo_v2_t, 2);
  AT("PROFILE_V2", "name", nvmlGpuInstanceProfileInfo_v2_t, name);
  SIZE("PROFILE_V3", nvmlGpuInstanceProfileInfo_v3_t); VERSION("PROFILE_V3", nvmlGpuInstanceProfileInfo_v3_t, 3);
  AT("PROFILE_V3", "name", nvmlGpuInstanceProfileInfo_v3_t, name);
  printf("\"GPM_BYTES\": %zu\n}\n", sizeof(nvmlGpmMetricsGet_t));
}
