ALTER TABLE "metric_point" DROP CONSTRAINT "metric_point_series_id_metric_series_id_fk";
--> statement-breakpoint
create function delete_points_of_series() returns trigger language plpgsql as $$
begin
  delete from metric_point where series_id in (select id from gone);
  return null;
end
$$;
--> statement-breakpoint
create trigger metric_point_cascade after delete on metric_series referencing old table as gone for each statement execute function delete_points_of_series();
