-- PostgreSQL only: stores journal entries by the day (UTC) of their receipt, so that a day can be detached and archived as a whole. The server's
-- statements stay as they are. Run once, as the server's user and with the servers stopped; best while the database is young, since what is there
-- gets a new key. Then daily, ahead of time: select make_journal_partition(current_date + 2);
-- A key of a partitioned table must hold the day, too: that an entry stands once is then kept by the head of its epoch and the lock on its
-- terminal's journal, which every transaction of the server takes. fleet/SCALE.md.
begin;

lock table journal_entries in access exclusive mode;
alter table journal_entries rename to journal_entries_before;
alter table journal_entries_before drop constraint journal_entries_pkey;

create table journal_entries (like journal_entries_before, primary key (terminal_id, epoch, seq, received_at)) partition by range (received_at);
create trigger journal_entries_stay before update on journal_entries execute function refuse('journal entries are never changed');
create trigger journal_entries_remain before delete or truncate on journal_entries execute function refuse('journal entries are never deleted');

-- Milliseconds of a day's beginning, as received_at counts.
create function ms_of(day date) returns bigint language sql immutable as $$ select extract(epoch from day)::bigint * 1000 $$;

create function make_journal_partition(day date) returns void language plpgsql as $$
declare
  name text := format('journal_entries_%s', to_char(day, 'YYYYMMDD'));
begin
  if to_regclass(name) is not null then
    return;
  end if;
  execute format('create table %I partition of journal_entries for values from (%s) to (%s)', name, ms_of(day), ms_of(day + 1));
  execute format('create trigger journal_entries_stay before update on %I execute function refuse(''journal entries are never changed'')', name);
  execute format('create trigger journal_entries_remain before delete or truncate on %I execute function refuse(''journal entries are never deleted'')', name);
end $$;

do $$
declare
  -- the server's clock may be ahead of the database's
  first_day date := (select greatest(current_date + 1, to_timestamp(coalesce(max(received_at), 0) / 1000)::date + 1) from journal_entries_before);
begin
  execute format('alter table journal_entries attach partition journal_entries_before for values from (minvalue) to (%s)', ms_of(first_day));
  for ahead in 0..6 loop
    perform make_journal_partition(first_day + ahead);
  end loop;
end $$;

-- Never refuse an entry because nobody made a partition: fleet/OPERATIONS.md says what to watch.
create table journal_entries_later partition of journal_entries default;

commit;
