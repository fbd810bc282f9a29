/* A reader for the fake's own files: objects, arrays, numbers, strings, true, false, null. It trusts its input. */
#include <stdlib.h>
#include <string.h>

typedef struct Json {
  char kind; /* o, a, n, s, b, 0 */
  double number;
  char *text;
  char *key;
  struct Json *first;
  struct Json *next;
} Json;

static const char *json_at;

static void json_space(void) {
  while (*json_at && strchr(" \t\r\n,:", *json_at)) json_at++;
}

static char *json_text(void) {
  const char *start = ++json_at;
  while (*json_at && *json_at != '"') json_at++;
  char *text = strndup(start, (size_t)(json_at - start));
  if (*json_at) json_at++;
  return text;
}

static Json *json_value(void) {
  Json *value = calloc(1, sizeof *value);
  json_space();
  if (*json_at == '{' || *json_at == '[') {
    char open = *json_at++;
    Json **last = &value->first;
    value->kind = open == '{' ? 'o' : 'a';
    for (;;) {
      json_space();
      if (*json_at == '}' || *json_at == ']' || !*json_at) break;
      char *key = open == '{' ? json_text() : NULL;
      *last = json_value();
      (*last)->key = key;
      last = &(*last)->next;
    }
    if (*json_at) json_at++;
  } else if (*json_at == '"') {
    value->kind = 's';
    value->text = json_text();
  } else if (*json_at == 't' || *json_at == 'f') {
    value->kind = 'b';
    value->number = *json_at == 't';
    json_at += *json_at == 't' ? 4 : 5;
  } else if (*json_at == 'n') {
    json_at += 4;
  } else {
    char *end;
    value->kind = 'n';
    value->number = strtod(json_at, &end);
    json_at = end == json_at ? end + 1 : end;
  }
  return value;
}

static void json_free(Json *value) {
  while (value) {
    Json *next = value->next;
    json_free(value->first);
    free(value->text);
    free(value->key);
    free(value);
    value = next;
  }
}

static Json *json_get(const Json *object, const char *key) {
  for (Json *one = object ? object->first : NULL; one; one = one->next)
    if (one->key && !strcmp(one->key, key)) return one->kind ? one : NULL;
  return NULL;
}

static Json *json_item(const Json *array, unsigned index) {
  Json *one = array ? array->first : NULL;
  while (one && index--) one = one->next;
  return one;
}

static unsigned json_length(const Json *array) {
  unsigned length = 0;
  for (Json *one = array ? array->first : NULL; one; one = one->next) length++;
  return length;
}

static double json_number(const Json *object, const char *key, double otherwise) {
  Json *value = json_get(object, key);
  return value ? value->number : otherwise;
}

static const char *json_string(const Json *object, const char *key, const char *otherwise) {
  Json *value = json_get(object, key);
  return value && value->text ? value->text : otherwise;
}
