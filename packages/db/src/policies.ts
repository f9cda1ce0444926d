/**
 * The second wall: row-level security on every table with the column `workspace_id`, and on `workspace` itself. Made from
 * the catalog after each migration, so that a new table has it too. FORCE holds for the owner of the tables as well.
 *
 * The setting is read once per statement (`select …`), not once per row. What it does not name is not there: without the
 * setting a statement sees no row of any workspace.
 */
export const workspacePolicies = `do $$ declare
  one record;
  rule text;
begin
  for one in
    select c.oid::regclass as name, case when c.relname = 'workspace' then 'id' else 'workspace_id' end as tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and (c.relname = 'workspace' or exists (
      select from pg_attribute where attrelid = c.oid and attname = 'workspace_id' and not attisdropped))
  loop
    rule := format(
      '%I = (select current_setting(''app.workspace'', true)) or (select current_setting(''app.workspace'', true)) = ''*''',
      one.tenant);
    execute format('alter table %s enable row level security, force row level security', one.name);
    execute format('drop policy if exists workspace on %s', one.name);
    execute format('create policy workspace on %s using (%s) with check (%s)', one.name, rule, rule);
  end loop;
end $$`
