/** A server's own description of itself (`/openapi.json`) as operations to be fuzzed: whatever it names is tried, without a word here. */
import { z } from 'zod';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What of JSON Schema (2020-12) the description uses. */
export interface JsonSchema {
  readonly type?: 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object' | undefined;
  readonly const?: Json | undefined;
  readonly enum?: readonly Json[] | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly items?: JsonSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface Operation {
  readonly method: string;
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  /** By status, or `default`; undefined: an answer that is no JSON. */
  readonly answers: Readonly<Record<string, JsonSchema | undefined>>;
}

const schemaShape = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);
const content = z.record(z.string(), z.object({ schema: schemaShape.optional() }));
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema: schemaShape.optional() })).default([]),
        requestBody: z.object({ content }).optional(),
        responses: z.record(z.string(), z.object({ content: content.optional() })),
      }),
    ),
  ),
});

/** @throws {z.ZodError} not a description of this kind */
export function readApi(document: unknown): readonly Operation[] {
  const { paths } = documentSchema.parse(document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter(isInUrl).map(({ schema = {}, ...parameter }) => ({ ...parameter, schema })),
      body: requestBody?.content['application/json']?.schema,
      answers: Object.fromEntries(Object.entries(responses).map(([status, answer]) => [status, Object.values(answer.content ?? {})[0]?.schema])),
    })),
  );
}

/** Headers and cookies are drawn for every request, whatever is said of them. */
function isInUrl<T extends { readonly in: string }>(parameter: T): parameter is T & { readonly in: 'path' | 'query' } {
  return parameter.in === 'path' || parameter.in === 'query';
}

/** The operation that a request was for, as far as its path says. @param path without query */
export function operationAt(api: readonly Operation[], method: string, path: string): Operation | undefined {
  const parts = path.split('/');
  return api.find((operation) => {
    const template = operation.path.split('/');
    return operation.method === method && template.length === parts.length && template.every((part, index) => part.startsWith('{') || part === parts[index]);
  });
}
