/** SQLite's statements are made once: and are the right ones, also after many others and after the tables changed. */
import SQLite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { KeptStatements } from '../../fleet/server/store/kept-statements.ts';

function database(): { readonly made: () => number; readonly raw: SQLite.Database; readonly statements: KeptStatements } {
  const raw = new SQLite(':memory:');
  onTestFinished(() => void raw.close());
  raw.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  let made = 0;
  const prepare = raw.prepare.bind(raw);
  raw.prepare = (text: string) => {
    made += 1;
    return prepare(text);
  };
  return { made: () => made, raw, statements: new KeptStatements(raw) };
}

test('a text that comes again is not made again, and works each time with the values of that time', () => {
  const { made, statements } = database();
  for (const id of [1, 2, 3]) statements.prepare('INSERT INTO notes VALUES (?, ?)').run([id, `note ${id}`]);
  expect(made()).toBe(1);
  expect(statements.prepare('SELECT text FROM notes ORDER BY id').all([])).toEqual([{ text: 'note 1' }, { text: 'note 2' }, { text: 'note 3' }]);
});

test('one that failed works the next time', () => {
  const { statements } = database();
  const insert = 'INSERT INTO notes VALUES (?, ?)';
  statements.prepare(insert).run([1, 'first']);
  expect(() => statements.prepare(insert).run([1, 'again'])).toThrow('UNIQUE');
  statements.prepare(insert).run([2, 'second']);
  expect(statements.prepare('SELECT count(*) AS count FROM notes').all([])).toEqual([{ count: 2 }]);
});

test('of very many the one that was not asked for the longest goes, and one in use stays', () => {
  const { made, statements } = database();
  const often = 'SELECT 0 AS value';
  statements.prepare(often);
  for (let value = 1; value <= 1000; value += 1) {
    statements.prepare(`SELECT ${value} AS value`);
    statements.prepare(often);
  }
  expect(made()).toBe(1001);
  expect(statements.prepare('SELECT 1 AS value').all([])).toEqual([{ value: 1 }]);
  expect(made()).toBe(1002);
});

test('after the tables changed none is of before', () => {
  const { raw, statements } = database();
  statements.prepare('INSERT INTO notes VALUES (?, ?)').run([1, 'first']);
  const all = 'SELECT * FROM notes';
  expect(statements.prepare(all).all([])).toEqual([{ id: 1, text: 'first' }]);
  raw.exec(`ALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red'`);
  statements.forgetAll();
  expect(statements.prepare(all).all([])).toEqual([{ id: 1, text: 'first', color: 'red' }]);
});
