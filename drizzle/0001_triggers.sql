-- The quota of a pair is kept by the database, so that two labelers at once cannot break it.
create function count_person_vote() returns trigger language plpgsql as $$
begin
  if new.source <> 'person' then
    return new;
  end if;
  if tg_op = 'INSERT' and new.superseded_at is null then
    update pair set person_votes = person_votes + 1 where id = new.pair_id and person_votes < quota;
    if not found then
      raise exception 'pair % has all the votes it needs', new.pair_id using errcode = 'PL001';
    end if;
  elsif tg_op = 'UPDATE' and old.superseded_at is null and new.superseded_at is not null then
    update pair set person_votes = person_votes - 1 where id = new.pair_id;
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger vote_count after insert or update on vote for each row execute function count_person_vote();
--> statement-breakpoint
-- A vote is never overwritten, only superseded.
create function refuse_vote_change() returns trigger language plpgsql as $$
begin
  if new.choice <> old.choice or new.pair_id <> old.pair_id or new.source <> old.source then
    raise exception 'a vote is never overwritten, only superseded';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger vote_immutable before update on vote for each row execute function refuse_vote_change();
--> statement-breakpoint
-- metric_point has no foreign key (a check for each point costs more than storing it): its points go with their series.
create function delete_points_of_series() returns trigger language plpgsql as $$
begin
  delete from metric_point where series_id in (select id from gone);
  return null;
end
$$;
--> statement-breakpoint
create trigger metric_point_cascade after delete on metric_series referencing old table as gone for each statement execute function delete_points_of_series();
--> statement-breakpoint
-- The audit log is only added to. Its rows go with their workspace (a cascade runs as the owner), and by age.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if current_user <> (select tableowner from pg_tables where schemaname = tg_table_schema and tablename = tg_table_name) then
    raise exception 'the audit log is only added to' using errcode = '42501';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger audit_log_kept before update or delete on audit_log for each row execute function refuse_audit_change();
--> statement-breakpoint
create function prune_audit_log() returns bigint language sql security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from audit_log using audit_setting
    where audit_setting.workspace_id = audit_log.workspace_id
      and audit_log.created_at < now() - make_interval(days => audit_setting.days)
    returning 1
  )
  select count(*) from gone
$$;
