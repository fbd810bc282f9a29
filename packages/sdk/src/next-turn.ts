/** Lets the application go on first: an `import()` resolves and reads its files at once, and only links them later. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
