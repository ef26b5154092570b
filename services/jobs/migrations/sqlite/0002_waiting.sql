-- What the depth is counted on: due jobs of a queue, whatever their type, oldest first. With the status in it no row has
-- to be read.
CREATE INDEX jobs_waiting ON jobs (queue, run_at, status) WHERE status IN ('queued', 'retrying');
