DROP INDEX "pair_open";--> statement-breakpoint
CREATE INDEX "pair_open" ON "pair" USING btree ("workspace_id","person_votes","created_at","id") WHERE "pair"."person_votes" < "pair"."quota";