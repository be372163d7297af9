/** XState reads a chart's types from a value nobody looks at; this is that value, without a cast in every chart. */
export function typed<T extends object>(): T {
  return {} as T;
}
