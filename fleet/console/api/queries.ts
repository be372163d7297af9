/** What pages ask the server, kept and asked again by the query library: one hook to read, one to read page by page, one to act. */
import { keepPreviousData, QueryCache, QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { CallName } from '../../console-api/calls.ts';
import { usePresent } from '../presence.ts';
import { call, CallFailure, type AnswerOf, type AskedOf } from './client.ts';

/** How often a page that is looked at asks again, ms: a heartbeat comes once a minute, people wait for tens of seconds. */
export const LIVE_MS = 15_000;
/** While somebody at a terminal waits for words, ms. */
export const TALK_MS = 3000;
const RETRIES = 2;

/** @param onSignedOut the session is over: whatever is asked is refused */
export function createQueries(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isSignedOut(error) && query.queryKey[0] !== ('session' satisfies CallName)) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 5000,
        retry: (failures, error) => failures < RETRIES && error instanceof CallFailure && error.passing,
        retryDelay: 1000,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof CallFailure && (error.code === 'signedOut' || error.code === 'sessionExpired');
}

export interface AskOptions {
  /** Asked again and again while somebody looks at it; `fast` where a person at a terminal waits meanwhile. */
  readonly live?: boolean | 'fast';
  readonly enabled?: boolean;
  /** What was answered to the question before stays until the next answer. */
  readonly keep?: boolean;
}

export function useAnswer<N extends CallName>(name: N, asked: AskedOf<N>, options: AskOptions = {}): UseQueryResult<AnswerOf<N>, CallFailure> {
  const present = usePresent();
  return useQuery<AnswerOf<N>, CallFailure>({
    queryKey: [name, asked],
    queryFn: ({ signal }) => call(name, asked, signal),
    ...lively(options, present),
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
    ...(options.keep === true ? { placeholderData: keepPreviousData } : {}),
  });
}

function lively({ live = false }: AskOptions, present: boolean): { readonly refetchInterval?: number } {
  return live === false || !present ? {} : { refetchInterval: live === 'fast' ? TALK_MS : LIVE_MS };
}

type PagedName = { [N in CallName]: AnswerOf<N> extends { readonly items: readonly unknown[] } ? N : never }[CallName];
type ItemOf<N extends PagedName> = AnswerOf<N> extends { readonly items: readonly (infer Item)[] } ? Item : never;

/** A list by its pages: `more` reads the next, `undefined` when there is none. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly pending: boolean;
  readonly failure: CallFailure | undefined;
  readonly more: (() => void) | undefined;
  readonly readingMore: boolean;
  readonly again: () => void;
}

export function usePages<N extends PagedName>(name: N, asked: AskedOf<N>, options: AskOptions = {}): Paged<ItemOf<N>> {
  const present = usePresent();
  const pages = useInfiniteQuery({
    queryKey: [name, asked, 'pages'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const { query, ...rest } = asked as { readonly query?: object };
      return pageFrom(name, { ...rest, query: { ...query, ...(pageParam === '' ? {} : { cursor: pageParam }) } } as AskedOf<N>, signal);
    },
    getNextPageParam: ({ next }) => next,
    ...lively(options, present),
    ...(options.keep === true ? { placeholderData: keepPreviousData } : {}),
  });
  return {
    items: (pages.data?.pages ?? []).flatMap(({ items }) => items),
    pending: pages.isPending,
    failure: pages.error instanceof CallFailure ? pages.error : undefined,
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    readingMore: pages.isFetchingNextPage,
    again: () => void pages.refetch(),
  };
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Every answer of a paged call is a page of its items: the type checker does not see that of a name it does not know yet. */
async function pageFrom<N extends PagedName>(name: N, asked: AskedOf<N>, signal: AbortSignal): Promise<Page<ItemOf<N>>> {
  return (await call(name, asked, signal)) as unknown as Page<ItemOf<N>>;
}

/** An act; afterwards what the page shows is read again, also where it was refused because somebody else was faster. */
export function useAct<N extends CallName>(name: N) {
  const queries = useQueryClient();
  return useMutation<AnswerOf<N>, CallFailure, AskedOf<N>>({
    mutationFn: (asked) => call(name, asked),
    onSuccess: async () => {
      await queries.invalidateQueries();
    },
    onError: async (failure) => {
      if (failure.overtaken) await queries.invalidateQueries();
    },
  });
}
