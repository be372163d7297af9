/** What the screen of a conversation may know and say, as data: its part of the contract in view.ts. */
import { z } from 'zod';

export const chatBodies = {
  /** 文字聊天: what both said, what is being typed, and whether somebody is there. Numbers are masked. */
  chat: z.strictObject({
    kind: z.literal('chat'),
    /** `waiting`: for an agent; `sending`: what was typed is on its way; `ended`: by the other side. */
    state: z.enum(['waiting', 'open', 'sending', 'ended']),
    /** How many are served before, and this one. */
    position: z.int().min(1).optional(),
    /** Nobody came in time. */
    fallback: z.literal(true).optional(),
    remark: z.enum(['lost', 'notSent']).optional(),
    /** Of this page, the oldest first. */
    pieces: z.array(z.strictObject({ from: z.enum(['person', 'agent']), text: z.string().max(60) })).max(4),
    /** From the newest, which is 0. */
    back: z.int().min(0),
    pages: z.int().min(1),
    text: z.string().max(60),
    /** Letters that wait for their characters. */
    reading: z.string().max(60),
    board: z.enum(['letters', 'nine', 'digits']),
    candidates: z.array(z.strictObject({ index: z.int().min(0), text: z.string().min(1).max(60) })).max(8),
    more: z.strictObject({ previous: z.boolean(), next: z.boolean() }),
    /** The desk calls people back. */
    callback: z.literal(true).optional(),
  }),
} as const;

export const chatActs = [
  /** A key of the nine: 2 abc, 3 def … */
  z.strictObject({ type: z.literal('nine'), key: z.string().regex(/^[2-9]$/) }),
  z.strictObject({ type: z.literal('candidate'), index: z.int().min(0).max(99) }),
  z.strictObject({ type: z.literal('send') }),
  /** Through what was said before. */
  z.strictObject({ type: z.literal('talk'), to: z.enum(['earlier', 'later']) }),
] as const;
