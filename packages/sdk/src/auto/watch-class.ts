/** A class of clients, of which nothing is known but that it makes objects. */
export type ClientClass = new (...args: never[]) => object;

/** A class whose instances go to `wrap` as they are made; in all else it is the class. */
export function watchClass<Class extends ClientClass>(original: Class, wrap: (client: object) => void): Class {
  const watched: Class = new Proxy(original, {
    construct(target, args, newTarget) {
      const client: object = Reflect.construct(target, args, newTarget);
      wrap(client);
      // The fields of a class that extends this one come later, and may put resources of its own in place.
      if (newTarget !== watched) queueMicrotask(() => wrap(client));
      return client;
    },
  });
  // `client.constructor === OpenAI` and `OpenAI.OpenAI === OpenAI` hold as before.
  replaceValues(original.prototype, original, watched);
  replaceValues(original, original, watched);
  return watched;
}

/** Puts `next` wherever `object` itself holds `before`. */
export function replaceValues(object: object, before: unknown, next: unknown): void {
  for (const key of Object.getOwnPropertyNames(object)) {
    const known = Object.getOwnPropertyDescriptor(object, key);
    if (known?.value === before && known?.writable) Object.defineProperty(object, key, { ...known, value: next });
  }
}
