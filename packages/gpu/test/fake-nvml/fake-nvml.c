/*
 * A library that answers as NVML does, from a JSON file that the variable FAKE_NVML names and that is read again whenever it
 * changes. What the file does not give a device is not supported there. Every call is a line in the file's `log`.
 * Build variants, with -DDRIVER=: 470, 535 (early, with the longer process record), 550 (default), 1300.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "json.h"

#ifndef DRIVER
#define DRIVER 550
#endif

typedef int nvmlReturn;
typedef uint64_t Handle;
typedef uint32_t u32;
typedef uint64_t u64;

enum { UNINITIALIZED = 1, INVALID_ARGUMENT, NOT_SUPPORTED, NO_PERMISSION, NOT_FOUND = 6, INSUFFICIENT_SIZE,
       TIMEOUT = 10, GPU_IS_LOST = 15, VERSION_MISMATCH = 25 };

static Json *world;
static struct timespec changed;
static int references, inits, last_device = -1;
static struct { char name[64]; int device; unsigned times; } counts[512];

/* Calls of one poll follow each other at once: the file is looked at after a pause only, so that the fake costs little. */
static int paused(void) {
  static struct timespec last;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double gap = (double)(now.tv_sec - last.tv_sec) * 1e6 + (double)(now.tv_nsec - last.tv_nsec) / 1e3;
  last = now;
  return gap > 50;
}

static void read_world(void) {
  struct stat now;
  if (world && !paused()) return;
  const char *path = getenv("FAKE_NVML");
  if (!path || stat(path, &now)) return;
  if (world && now.st_mtim.tv_sec == changed.tv_sec && now.st_mtim.tv_nsec == changed.tv_nsec) return;
  FILE *file = fopen(path, "r");
  if (!file) return;
  char *text = calloc(1, (size_t)now.st_size + 1);
  if (fread(text, 1, (size_t)now.st_size, file) == (size_t)now.st_size && now.st_size > 0) {
    json_free(world);
    json_at = text;
    world = json_value();
    changed = now.st_mtim;
  }
  fclose(file);
  free(text);
}

static void note(const char *name, int device) {
  const char *path = json_string(world, "log", NULL);
  if (!path) return;
  FILE *log = fopen(path, "a");
  if (!log) return;
  fprintf(log, "%s %d\n", name, device);
  fclose(log);
}

static unsigned count_call(const char *name, int device) {
  for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
    if (!counts[i].name[0]) {
      strncpy(counts[i].name, name, sizeof counts[i].name - 1);
      counts[i].device = device;
    }
    if (counts[i].device == device && !strcmp(counts[i].name, name)) return ++counts[i].times;
  }
  return 0;
}

static void pause_for(double seconds) {
  struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  while (nanosleep(&left, &left)) {}
}

/* The code that a fault of the file asks for, after its delay; 0 where there is none. */
static nvmlReturn fault(const char *name, int device) {
  Json *faults = json_get(world, "faults");
  unsigned times = faults ? count_call(name, device) : 0;
  for (Json *one = faults ? faults->first : NULL; one; one = one->next) {
    const char *function = json_string(one, "function", NULL);
    if (function && strcmp(function, name)) continue;
    if (json_get(one, "device") && (int)json_number(one, "device", -1) != device) continue;
    if (json_get(one, "nth") && (unsigned)json_number(one, "nth", 0) != times) continue;
    pause_for(json_number(one, "delayMillis", 0) / 1000);
    double hang = json_number(one, "hangSeconds", 0);
    for (double passed = 0; hang < 0 || passed < hang; passed += 0.05) pause_for(0.05);
    if (json_get(one, "code")) return (nvmlReturn)json_number(one, "code", 0);
  }
  return 0;
}

static nvmlReturn enter(const char *name, int device) {
  read_world();
  note(name, device);
  nvmlReturn code = fault(name, device);
  if (code) return code;
  return references ? 0 : UNINITIALIZED;
}

/* Handles carry the file's generation, so that a change makes the old ones invalid. */
static Handle handle_of(unsigned device, unsigned slot) {
  u64 generation = (u64)json_number(world, "generation", 1);
  return 0x10000000ull + generation * 0x100000 + (u64)device * 0x100 + slot;
}

static Json *device_at(unsigned index) { return json_item(json_get(world, "devices"), index); }

/* The object that a handle stands for: a board (slot 0) or a MIG device. */
static nvmlReturn find(const char *name, Handle handle, Json **found) {
  unsigned index = (unsigned)(handle >> 8) & 0xfff, slot = (unsigned)handle & 0xff;
  last_device = (int)index;
  nvmlReturn code = enter(name, (int)index);
  if (code) return code;
  Json *device = device_at(index);
  if (!device || handle != handle_of(index, slot)) return INVALID_ARGUMENT;
  if (json_number(device, "lost", 0)) return GPU_IS_LOST;
  *found = slot ? json_item(json_get(json_get(device, "mig"), "slots"), slot - 1) : device;
  return *found && (*found)->kind ? 0 : NOT_FOUND;
}

static void put32(void *at, size_t offset, u32 value) { memcpy((char *)at + offset, &value, 4); }
static void put64(void *at, size_t offset, u64 value) { memcpy((char *)at + offset, &value, 8); }
static u32 get32(const void *at, size_t offset) { u32 value; memcpy(&value, (const char *)at + offset, 4); return value; }
static u64 get64(const void *at, size_t offset) { u64 value; memcpy(&value, (const char *)at + offset, 8); return value; }
/* -1 stands for "not available". */
static u64 count64(const Json *object, const char *key) {
  double value = json_number(object, key, 0);
  return value < 0 ? ~0ull : (u64)value;
}

static nvmlReturn number(const char *name, Handle handle, const char *key, void *out) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  if (!json_get(device, key)) return NOT_SUPPORTED;
  put32(out, 0, (u32)json_number(device, key, 0));
  return 0;
}

static nvmlReturn string(const char *name, Handle handle, const char *key, char *out, u32 length) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  const char *value = json_string(device, key, NULL);
  if (!value) return NOT_SUPPORTED;
  if (strlen(value) + 1 > length) return INSUFFICIENT_SIZE;
  strcpy(out, value);
  return 0;
}

nvmlReturn nvmlInit_v2(void) {
  read_world();
  note("nvmlInit_v2", -1);
  nvmlReturn code = fault("nvmlInit_v2", -1);
  if (!code) code = (nvmlReturn)json_number(world, "init", 0);
  Json *codes = json_get(world, "initCodes");
  if (!code && codes && (unsigned)inits < json_length(codes)) code = (nvmlReturn)json_item(codes, (unsigned)inits)->number;
  inits++;
  if (!code) references++;
  return code;
}

nvmlReturn nvmlShutdown(void) {
  nvmlReturn code = enter("nvmlShutdown", -1);
  if (!code) references--;
  return code;
}

nvmlReturn nvmlSystemGetDriverVersion(char *out, u32 length) {
  nvmlReturn code = enter("nvmlSystemGetDriverVersion", -1);
  if (!code) snprintf(out, length, "%s", json_string(world, "driverVersion", "550.163.01"));
  return code;
}

nvmlReturn nvmlDeviceGetCount_v2(u32 *out) {
  nvmlReturn code = enter("nvmlDeviceGetCount_v2", -1);
  if (!code) *out = json_length(json_get(world, "devices"));
  return code;
}

nvmlReturn nvmlDeviceGetHandleByIndex_v2(u32 index, Handle *out) {
  nvmlReturn code = enter("nvmlDeviceGetHandleByIndex_v2", (int)index);
  if (code) return code;
  if (!device_at(index)) return INVALID_ARGUMENT;
  if (json_number(device_at(index), "lost", 0)) return GPU_IS_LOST;
  *out = handle_of(index, 0);
  return 0;
}

nvmlReturn nvmlDeviceGetName(Handle device, char *out, u32 length) { return string("nvmlDeviceGetName", device, "name", out, length); }
nvmlReturn nvmlDeviceGetUUID(Handle device, char *out, u32 length) { return string("nvmlDeviceGetUUID", device, "uuid", out, length); }

nvmlReturn nvmlDeviceGetPciInfo_v3(Handle device, char *out) {
  memset(out, 0, 68);
  return string("nvmlDeviceGetPciInfo_v3", device, "busId", out + 36, 32);
}

#define NUMBER(name, key) nvmlReturn name(Handle device, u32 *out) { return number(#name, device, key, out); }
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, "pcieGeneration")
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, "pcieWidth")
NUMBER(nvmlDeviceGetPowerUsage, "powerMilliwatts")
NUMBER(nvmlDeviceGetEnforcedPowerLimit, "limitMilliwatts")
NUMBER(nvmlDeviceGetFanSpeed, "fanPercent")

nvmlReturn nvmlDeviceGetUtilizationRates(Handle handle, u32 *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetUtilizationRates", handle, &device);
  if (code) return code;
  if (!json_get(device, "gpuPercent")) return NOT_SUPPORTED;
  out[0] = (u32)json_number(device, "gpuPercent", 0);
  out[1] = (u32)json_number(device, "memoryPercent", 0);
  return 0;
}

nvmlReturn nvmlDeviceGetSamples(Handle handle, u32 type, u64 since, u32 *kind, u32 *count, char *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetSamples", handle, &device);
  if (code) return code;
  Json *samples = json_get(device, "samples");
  if (!samples || type != 1) return NOT_SUPPORTED;
  u32 length = json_length(samples), used = 0;
  *kind = 1;
  if (!out || *count < length) { *count = length; return INSUFFICIENT_SIZE; }
  for (Json *one = samples->first; one; one = one->next) {
    u64 at = (u64)json_number(one, "at", 0);
    if (at <= since) continue;
    put64(out, used * 16, at);
    put64(out, used * 16 + 8, 0);
    put32(out, used * 16 + 8, (u32)json_number(one, "value", 0));
    used++;
  }
  *count = used;
  return used ? 0 : NOT_FOUND;
}

static nvmlReturn memory(const char *name, Handle handle, Json **found) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  *found = json_get(device, "memory");
  if (!*found) return NOT_SUPPORTED;
  return (nvmlReturn)json_number(*found, "code", 0);
}

nvmlReturn nvmlDeviceGetMemoryInfo(Handle handle, char *out) {
  Json *given;
  nvmlReturn code = memory("nvmlDeviceGetMemoryInfo", handle, &given);
  if (code) return code;
  u64 total = count64(given, "total"), free = count64(given, "free");
  put64(out, 0, total);
  put64(out, 8, free);
  put64(out, 16, total - free);
  return 0;
}

#if DRIVER >= 535
nvmlReturn nvmlDeviceGetMemoryInfo_v2(Handle handle, char *out) {
  Json *given;
  nvmlReturn code = memory("nvmlDeviceGetMemoryInfo_v2", handle, &given);
  if (code) return code;
  if (get32(out, 0) != 0x02000028) return VERSION_MISMATCH;
  u64 total = count64(given, "total"), free = count64(given, "free"), reserved = count64(given, "reserved");
  put64(out, 8, total);
  put64(out, 16, reserved);
  put64(out, 24, free);
  put64(out, 32, total - free - reserved);
  return 0;
}
#endif

#if DRIVER >= 1300
nvmlReturn nvmlDeviceGetTemperatureV(Handle handle, char *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetTemperatureV", handle, &device);
  if (code) return code;
  if (get32(out, 0) != 0x0100000c) return VERSION_MISMATCH;
  if (!json_get(device, "celsius")) return NOT_SUPPORTED;
  put32(out, 8, (u32)(int)json_number(device, "celsius", 0));
  return 0;
}
#else
nvmlReturn nvmlDeviceGetTemperature(Handle device, u32 sensor, u32 *out) {
  (void)sensor;
  return number("nvmlDeviceGetTemperature", device, "celsius", out);
}
#endif

nvmlReturn nvmlDeviceGetTemperatureThreshold(Handle device, u32 which, u32 *out) {
  return number("nvmlDeviceGetTemperatureThreshold", device, which ? "slowdownCelsius" : "shutdownCelsius", out);
}

nvmlReturn nvmlDeviceGetTotalEnergyConsumption(Handle handle, u64 *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetTotalEnergyConsumption", handle, &device);
  if (code) return code;
  if (!json_get(device, "energyMillijoules")) return NOT_SUPPORTED;
  *out = count64(device, "energyMillijoules");
  return 0;
}

nvmlReturn nvmlDeviceGetClockInfo(Handle device, u32 which, u32 *out) {
  static const char *keys[] = {"graphicsMegahertz", "smMegahertz", "memoryMegahertz", "videoMegahertz"};
  return number("nvmlDeviceGetClockInfo", device, keys[which & 3], out);
}

nvmlReturn nvmlDeviceGetPcieThroughput(Handle device, u32 which, u32 *out) {
  pause_for(0.02);
  return number("nvmlDeviceGetPcieThroughput", device, which ? "pcieRxKilobytes" : "pcieTxKilobytes", out);
}

nvmlReturn nvmlDeviceGetEncoderUtilization(Handle device, u32 *out, u32 *period) {
  *period = 166666;
  return number("nvmlDeviceGetEncoderUtilization", device, "encoderPercent", out);
}

nvmlReturn nvmlDeviceGetDecoderUtilization(Handle device, u32 *out, u32 *period) {
  *period = 166666;
  return number("nvmlDeviceGetDecoderUtilization", device, "decoderPercent", out);
}

nvmlReturn nvmlDeviceGetFieldValues(Handle handle, int count, char *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetFieldValues", handle, &device);
  if (code) return code;
  Json *fields = json_get(device, "fields");
  if (!fields) return NOT_SUPPORTED;
  for (int i = 0; i < count; i++) {
    char id[16], *at = out + i * 40;
    snprintf(id, sizeof id, "%u", get32(at, 0));
    Json *field = json_get(fields, id);
    put32(at, 28, field ? (u32)json_number(field, "code", 0) : NOT_SUPPORTED);
    put64(at, 32, 0);
    if (!field) continue;
    u32 type = (u32)json_number(field, "type", 3);
    double value = json_number(field, "value", 0);
    put32(at, 24, type);
    if (type == 0) memcpy(at + 32, &value, 8);
    else if (type == 1 || type == 5) put32(at, 32, (u32)(int64_t)value);
    else put64(at, 32, (u64)value);
  }
  return 0;
}

static nvmlReturn reasons(const char *name, Handle handle, u64 *out) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  if (!json_get(device, "reasons")) return NOT_SUPPORTED;
  *out = count64(device, "reasons");
  return 0;
}

#if DRIVER >= 535
nvmlReturn nvmlDeviceGetCurrentClocksEventReasons(Handle device, u64 *out) { return reasons("nvmlDeviceGetCurrentClocksEventReasons", device, out); }
#endif
nvmlReturn nvmlDeviceGetCurrentClocksThrottleReasons(Handle device, u64 *out) { return reasons("nvmlDeviceGetCurrentClocksThrottleReasons", device, out); }

/* A list that `grows` has one entry more than the caller was told the last time. */
static nvmlReturn processes(const char *name, const char *list, size_t size, Handle handle, u32 *count, char *out) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  Json *lists = json_get(device, "processes"), *given = json_get(lists, list);
  if (!lists) return NOT_SUPPORTED;
  if (json_get(lists, "code")) return (nvmlReturn)json_number(lists, "code", 0);
  u32 length = json_length(given);
  static u32 told;
  if (json_number(lists, "grows", 0) && *count < length) { told++; *count = told < length ? told : length; return INSUFFICIENT_SIZE; }
  if (*count < length) { *count = length; return INSUFFICIENT_SIZE; }
  u32 i = 0;
  for (Json *one = given ? given->first : NULL; one; one = one->next, i++) {
    put32(out, i * size, (u32)json_number(one, "pid", 0));
    put64(out, i * size + 8, count64(one, "memory"));
    if (size >= 24) put32(out, i * size + 16, (u32)json_number(one, "gpuInstance", 4294967295.0));
    if (size >= 24) put32(out, i * size + 20, (u32)json_number(one, "computeInstance", 4294967295.0));
    if (size >= 32) put64(out, i * size + 24, 0x7777777777777777ull);
  }
  *count = length;
  return 0;
}

#define LIST(name, list, size) nvmlReturn name(Handle device, u32 *count, char *out) { return processes(#name, list, size, device, count, out); }
#if DRIVER >= 535
#define RECORD (DRIVER == 535 ? 32 : 24)
LIST(nvmlDeviceGetComputeRunningProcesses_v3, "compute", RECORD)
LIST(nvmlDeviceGetGraphicsRunningProcesses_v3, "graphics", RECORD)
LIST(nvmlDeviceGetMPSComputeRunningProcesses_v3, "mps", RECORD)
nvmlReturn nvmlDeviceGetConfComputeMemSizeInfo(Handle device, void *out) { (void)device; (void)out; return NOT_SUPPORTED; }
#else
LIST(nvmlDeviceGetComputeRunningProcesses_v2, "compute", 24)
LIST(nvmlDeviceGetGraphicsRunningProcesses_v2, "graphics", 24)
LIST(nvmlDeviceGetMPSComputeRunningProcesses_v2, "mps", 24)
#endif
#if DRIVER >= 550
nvmlReturn nvmlDeviceGetRunningProcessDetailList(Handle device, void *out) { (void)device; (void)out; return NOT_SUPPORTED; }
#endif
LIST(nvmlDeviceGetComputeRunningProcesses, "compute", 16)

nvmlReturn nvmlDeviceGetProcessUtilization(Handle handle, char *out, u32 *count, u64 since) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetProcessUtilization", handle, &device);
  if (code) return code;
  Json *samples = json_get(device, "processSamples");
  if (!samples) return NOT_SUPPORTED;
  u32 length = json_length(samples), i = 0;
  (void)since;
  if (!length) return NOT_FOUND;
  if (!out || *count < length) { *count = length; return INSUFFICIENT_SIZE; }
  for (Json *one = samples->first; one; one = one->next, i++) {
    memset(out + i * 32, 0, 32);
    put32(out, i * 32, (u32)json_number(one, "pid", 0));
    put64(out, i * 32 + 8, (u64)json_number(one, "at", 0));
    put32(out, i * 32 + 16, (u32)json_number(one, "sm", 0));
  }
  *count = length;
  return 0;
}

/* Events: each XID of a device's list comes once. */
static unsigned delivered[64];
static int listening[64];

nvmlReturn nvmlEventSetCreate(u64 *out) { nvmlReturn code = enter("nvmlEventSetCreate", -1); *out = 0xe5e7; return code; }
nvmlReturn nvmlEventSetFree(u64 set) { (void)set; memset(listening, 0, sizeof listening); return enter("nvmlEventSetFree", -1); }

nvmlReturn nvmlDeviceRegisterEvents(Handle handle, u64 types, u64 set) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceRegisterEvents", handle, &device);
  if (code) return code;
  if (!json_get(device, "xids")) return NOT_SUPPORTED;
  if (types != 8 || set != 0xe5e7) return INVALID_ARGUMENT;
  listening[last_device] = 1;
  return 0;
}

nvmlReturn nvmlEventSetWait_v2(u64 set, char *out, u32 millis) {
  nvmlReturn code = enter("nvmlEventSetWait_v2", -1);
  if (code) return code;
  (void)set;
  pause_for(millis / 1000.0);
  for (unsigned index = 0; index < json_length(json_get(world, "devices")); index++) {
    Json *xids = json_get(device_at(index), "xids");
    if (!listening[index] || delivered[index] >= json_length(xids)) continue;
    memset(out, 0, 32);
    put64(out, 0, handle_of(index, 0));
    put64(out, 8, 8);
    put64(out, 16, (u64)json_item(xids, delivered[index]++)->number);
    return 0;
  }
  return TIMEOUT;
}

nvmlReturn nvmlDeviceGetMigMode(Handle handle, u32 *current, u32 *pending) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetMigMode", handle, &device);
  if (code) return code;
  if (!json_get(device, "mig")) return NOT_SUPPORTED;
  *current = *pending = (u32)json_number(json_get(device, "mig"), "mode", 0);
  return 0;
}

nvmlReturn nvmlDeviceGetMaxMigDeviceCount(Handle handle, u32 *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetMaxMigDeviceCount", handle, &device);
  if (!code) *out = json_length(json_get(json_get(device, "mig"), "slots"));
  return code;
}

nvmlReturn nvmlDeviceGetMigDeviceHandleByIndex(Handle handle, u32 slot, Handle *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetMigDeviceHandleByIndex", handle, &device);
  if (code) return code;
  Json *mig = json_item(json_get(json_get(device, "mig"), "slots"), slot);
  if (!mig || !mig->kind) return NOT_FOUND;
  *out = handle + slot + 1;
  return 0;
}

NUMBER(nvmlDeviceGetGpuInstanceId, "gpuInstance")
NUMBER(nvmlDeviceGetComputeInstanceId, "computeInstance")

nvmlReturn nvmlDeviceGetGpuInstanceById(Handle handle, u32 id, u64 *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetGpuInstanceById", handle, &device);
  *out = handle | ((u64)id << 40);
  return code;
}

nvmlReturn nvmlGpuInstanceGetInfo(u64 instance, char *out) {
  nvmlReturn code = enter("nvmlGpuInstanceGetInfo", (int)(instance >> 8) & 0xfff);
  memset(out, 0, 24);
  put32(out, 12, 19);
  return code;
}

nvmlReturn nvmlDeviceGetGpuInstanceProfileInfoV(Handle handle, u32 profile, char *out) {
  Json *device;
  nvmlReturn code = find("nvmlDeviceGetGpuInstanceProfileInfoV", handle, &device);
  if (code) return code;
  u32 version = get32(out, 0);
  if (version != 0x02000098 && !(DRIVER >= 550 && version == 0x03000098)) return VERSION_MISMATCH;
  if (profile != 19) return NOT_SUPPORTED;
  strcpy(out + (version == 0x02000098 ? 56 : 48), json_string(json_get(device, "mig"), "profile", "MIG 1g.10gb"));
  return 0;
}

#if DRIVER >= 535
/* GPM: a sample is a time; the metrics are the file's, for the board or the instance that was sampled. */
struct Sample { struct timespec at; Handle device; long instance; };
static int samples_alive;

nvmlReturn nvmlGpmQueryDeviceSupport(Handle handle, char *out) {
  Json *device;
  nvmlReturn code = find("nvmlGpmQueryDeviceSupport", handle, &device);
  if (code) return code;
  if (get32(out, 0) != 1) return VERSION_MISMATCH;
  put32(out, 4, json_get(device, "gpm") != NULL);
  return 0;
}

nvmlReturn nvmlGpmSampleAlloc(struct Sample **out) {
  nvmlReturn code = enter("nvmlGpmSampleAlloc", -1);
  if (!code) { *out = calloc(1, sizeof **out); samples_alive++; }
  return code;
}

nvmlReturn nvmlGpmSampleFree(struct Sample *sample) { free(sample); samples_alive--; return enter("nvmlGpmSampleFree", -1); }

static nvmlReturn sample(const char *name, Handle handle, long instance, struct Sample *out) {
  Json *device;
  nvmlReturn code = find(name, handle, &device);
  if (code) return code;
  clock_gettime(CLOCK_MONOTONIC, &out->at);
  out->device = handle;
  out->instance = instance;
  return 0;
}

nvmlReturn nvmlGpmSampleGet(Handle device, struct Sample *out) { return sample("nvmlGpmSampleGet", device, -1, out); }
nvmlReturn nvmlGpmMigSampleGet(Handle device, u32 instance, struct Sample *out) { return sample("nvmlGpmMigSampleGet", device, instance, out); }

static Json *gpm_of(const struct Sample *sampled) {
  Json *device = device_at((unsigned)(sampled->device >> 8) & 0xfff), *slots = json_get(json_get(device, "mig"), "slots");
  if (sampled->instance < 0) return json_get(device, "gpm");
  for (Json *one = slots ? slots->first : NULL; one; one = one->next)
    if ((long)json_number(one, "gpuInstance", -2) == sampled->instance) return json_get(one, "gpm");
  return NULL;
}

nvmlReturn nvmlGpmMetricsGet(char *out) {
  nvmlReturn code = enter("nvmlGpmMetricsGet", -1);
  if (code) return code;
  if (get32(out, 0) != 1) return VERSION_MISMATCH;
  struct Sample *first = (struct Sample *)get64(out, 8), *second = (struct Sample *)get64(out, 16);
  double apart = (double)(second->at.tv_sec - first->at.tv_sec) + (double)(second->at.tv_nsec - first->at.tv_nsec) / 1e9;
  if (apart < 0.1) return INVALID_ARGUMENT;
  Json *metrics = gpm_of(second);
  for (u32 i = 0; i < get32(out, 4); i++) {
    char id[16], *at = out + 24 + i * 40;
    snprintf(id, sizeof id, "%u", get32(at, 0));
    Json *metric = json_get(metrics, id);
    double value = json_number(metric, "value", 0);
    put32(at, 4, metric ? (u32)json_number(metric, "code", 0) : NOT_SUPPORTED);
    memcpy(at + 8, &value, 8);
  }
  return 0;
}
#endif
