//! What is recorded: requests with three labels, prepared beforehand.

/// The labels and the duration of one request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub route: &'static str,
    pub status: &'static str,
    pub seconds: f64,
}

/// How many requests there are; a round records each once.
pub const COUNT: usize = 1024;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const STATUSES: [&str; 6] = ["200", "201", "204", "404", "409", "500"];

/// 1024 requests over 5 methods, 20 routes and 6 statuses, a few of them much more frequent than the others.
pub fn prepare() -> Vec<Request> {
    let routes: Vec<&'static str> = (0..20)
        .map(|index| &*format!("/api/v1/resource-{index}/{{id}}").leak())
        .collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        // The smaller of two: small numbers come up more often.
        let (first, second) = (
            (state >> 33) as usize % limit,
            (state >> 17) as usize % limit,
        );
        first.min(second)
    };
    (0..COUNT)
        .map(|_| Request {
            method: METHODS[random(METHODS.len())],
            route: routes[random(routes.len())],
            status: STATUSES[random(STATUSES.len())],
            seconds: 0.0005 * (1 + random(4000)) as f64,
        })
        .collect()
}
