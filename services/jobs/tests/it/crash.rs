//! SIGKILL: what was answered with 202 is there, once per key, and runs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::backend::{Backend, on_both};
use crate::support::process::{Jobs, Plan};

const SOON: Duration = Duration::from_secs(30);
const LEASE: [&str; 2] = ["--lease", "1s"];

on_both!(
    nothing_accepted_is_lost_and_no_key_makes_two_jobs,
    a_job_whose_worker_is_killed_runs_again,
    a_job_that_kills_its_worker_ends_dead,
    a_delay_outlives_the_process,
    a_cancelled_job_does_not_come_back,
);

fn body(number: usize) -> Value {
    json!({ "job_type": "digest", "user_id": "ada", "payload": { "number": number } })
}

/// One client: sends its jobs one after the other, each with a key, until the service is gone.
async fn send_until_killed(jobs: &Jobs, client: usize, accepted: &Mutex<Vec<(String, String)>>) {
    for number in 0.. {
        let key = format!("{client}-{number}");
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let Some(answer) = jobs
            .api
            .try_send("POST", "/jobs", &headers, body(number).to_string())
            .await
        else {
            return;
        };
        if answer.status == 202 {
            let id = answer.json()["job_id"].as_str().unwrap().to_owned();
            accepted.lock().unwrap().push((key, id));
        }
    }
}

async fn nothing_accepted_is_lost_and_no_key_makes_two_jobs(backend: Backend) {
    // With Redis stopped: the keys are the database's, not the cache's.
    if let Backend::Servers { redis, .. } = &backend {
        redis.pause();
    }
    let plan = backend.plan().with(&LEASE);
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let mut told = HashSet::new();
    for round in 0..4 {
        let jobs = Arc::new(started(&plan).await);
        told.extend(submissions(&jobs.recovered_lines()));
        let clients: Vec<_> = (0..8)
            .map(|client| {
                let (jobs, accepted) = (Arc::clone(&jobs), Arc::clone(&accepted));
                tokio::spawn(async move {
                    send_until_killed(&jobs, round * 8 + client, &accepted).await;
                })
            })
            .collect();
        // In the middle of commits, not at a moment that suits.
        tokio::time::sleep(Duration::from_millis(250 + 37 * round as u64)).await;
        crate::support::signal(jobs.pid(), rustix::process::Signal::KILL);
        for client in clients {
            client.await.unwrap();
        }
        jobs.read_to_the_end();
        told.extend(submissions(&jobs.lines()));
    }
    let accepted = std::mem::take(&mut *accepted.lock().unwrap());
    assert!(accepted.len() > 20, "only {} accepted", accepted.len());

    let jobs = started(&plan).await;
    told.extend(submissions(&jobs.recovered_lines()));
    for (key, id) in &accepted {
        assert!(
            told.contains(id),
            "{key} was accepted as {id} and no line tells of it"
        );
    }
    let ids: HashSet<String> = all(&jobs)
        .await
        .into_iter()
        .map(|job| job["job_id"].as_str().unwrap().to_owned())
        .collect();
    for (key, id) in &accepted {
        assert!(ids.contains(id), "{key} was accepted as {id} and is gone");
    }
    // A client that got no answer asks again with its key: the same job or its first, never a second one.
    for (key, id) in accepted.iter().take(50) {
        let number: usize = key.split('-').next_back().unwrap().parse().unwrap();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let again = jobs
            .api
            .send("POST", "/jobs", &headers, body(number).to_string())
            .await;
        assert_eq!(
            (again.status.as_u16(), again.json()["job_id"].as_str()),
            (202, Some(id.as_str()))
        );
    }
    assert_eq!(all(&jobs).await.len(), ids.len());
    crate::support::eventually("all of them run", Duration::from_secs(60), async || {
        jobs.api.list("status=succeeded").await.len() == ids.len()
    })
    .await;
}

/// The jobs that a killed process said it had accepted, itself or through its successor.
fn submissions(lines: &[Value]) -> Vec<String> {
    let submitted = lines.iter().filter(|line| line["event"] == "job.submitted");
    submitted
        .map(|line| line["job_id"].as_str().unwrap().to_owned())
        .collect()
}

async fn all(jobs: &Jobs) -> Vec<Value> {
    jobs.api.list("").await
}

/// Started and able to work; with Redis stopped it does not call itself ready.
async fn started(plan: &Plan) -> Jobs {
    let jobs = plan.start();
    crate::support::eventually(
        "the database is there",
        Duration::from_secs(20),
        async || jobs.api.get("/jobs?limit=1").await.status == 200,
    )
    .await;
    jobs
}

async fn a_job_whose_worker_is_killed_runs_again(backend: Backend) {
    let plan = backend.plan().with(&LEASE);
    let first = plan.ready().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(first.api.submit("sleep", json!({ "seconds": 1.2 })).await);
    }
    for id in &ids {
        first.api.wait(id, &["running"], SOON).await;
    }
    first.kill();
    let second = plan.ready().await;
    for id in &ids {
        let job = second.api.wait(id, &["succeeded"], SOON).await;
        assert_eq!(job["attempt"], 2, "the lost attempt shows: {job}");
    }
    let failed = second.events_reach("job.failed", ids.len()).await;
    assert_eq!(failed.len(), ids.len());
    for line in failed {
        assert_eq!(
            (&line["error"], &line["attempt"], &line["will_retry"]),
            (&json!("worker lost"), &json!(1), &json!(true))
        );
        assert!(line["request_id"].is_string(), "{line}");
    }
    let lost = r#"job_attempts_total{queue="default",job_type="sleep",outcome="lost"}"#;
    assert_eq!(second.metric(lost).await, 4.0);
}

async fn a_job_that_kills_its_worker_ends_dead(backend: Backend) {
    let plan = backend.plan().with(&["--lease", "600ms"]);
    let first = plan.ready().await;
    let body = json!({ "job_type": "sleep", "user_id": "ada", "max_attempts": 2, "payload": { "seconds": 60 } });
    let id = first.api.submit_with(body).await;
    first.api.wait(&id, &["running"], SOON).await;
    first.kill();
    let second = plan.ready().await;
    crate::support::eventually("the second attempt", SOON, async || {
        let job = second.api.job(&id).await;
        job["status"] == "running" && job["attempt"] == 2
    })
    .await;
    second.kill();
    let third = plan.ready().await;
    let job = third.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(job["attempt"], 2, "no third time");
    assert!(
        job["error"].as_str().unwrap().starts_with("worker lost"),
        "{job}"
    );
    let dead = r#"job_duration_seconds_count{queue="default",job_type="sleep",outcome="dead"}"#;
    assert_eq!(
        third.metric(dead).await,
        1.0,
        "it counts against the success rate"
    );
}

async fn a_delay_outlives_the_process(backend: Backend) {
    let plan = backend.plan().with(&["--retry-delay", "3s"]);
    let first = plan.ready().await;
    let id = first.api.submit("fail", json!({ "times": 1 })).await;
    let waiting = first.api.wait(&id, &["retrying"], SOON).await;
    first.kill();
    let second = plan.ready().await;
    let job = second.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 2);
    assert_eq!(
        job["run_at"], waiting["run_at"],
        "due when it was to be due"
    );
    assert!(
        job["started_at"].as_str() >= job["run_at"].as_str(),
        "not before that: {job}"
    );
}

async fn a_cancelled_job_does_not_come_back(backend: Backend) {
    let plan = backend.plan().with(&LEASE);
    let first = plan.ready().await;
    let id = first.api.submit("sleep", json!({ "seconds": 60 })).await;
    first.api.wait(&id, &["running"], SOON).await;
    // Killed between the request to stop and the stop.
    crate::support::signal(first.pid(), rustix::process::Signal::STOP);
    let second = plan.clone().with(&["--no-worker"]).start();
    let deleted = second
        .api
        .send("DELETE", &format!("/jobs/{id}"), &[], "")
        .await;
    assert!(
        [202, 200].contains(&deleted.status.as_u16()),
        "{}",
        deleted.text()
    );
    first.kill();
    second.api.wait(&id, &["cancelled"], SOON).await;
}
