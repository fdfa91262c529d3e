//! The list operations' promise: walking the links gives what was there at the first page, once each, in order, whatever
//! is accepted in the meantime and however the client re-encodes the links.

use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::support::{BATCHES, Server, VERSION};

/// What the test knows of a job. Times compare as text: they all have the same width.
#[derive(Clone)]
struct Known {
    id: String,
    created: String,
    last_action: String,
    status: String,
}

impl Known {
    fn of(job: &Value) -> Self {
        let text = |name: &str| job[name].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            created: text("createdDateTimeUtc"),
            last_action: text("lastActionDateTimeUtc"),
            status: text("status"),
        }
    }
}

async fn add(server: &Server, known: &mut Vec<Known>, cancel: bool) {
    let id = server.accepted().await;
    let path = format!("{BATCHES}/{id}?{VERSION}");
    let job = if cancel { server.delete(&path).await } else { server.get(&path).await };
    known.push(Known::of(&job.json()));
}

/// One walk.
#[derive(Debug, Clone)]
struct Walk {
    /// Field (true: created) and direction (true: descending).
    order: Vec<(bool, bool)>,
    page: Option<usize>,
    top: Option<usize>,
    skip: usize,
    statuses: Vec<&'static str>,
    /// Share of the jobs whose ids are asked for.
    every: Option<usize>,
    /// Positions of the first and the last job in the created range, from the end.
    range: (Option<usize>, Option<usize>),
    /// Jobs accepted between two pages.
    arrivals: usize,
    /// How the client treats a link.
    client: Client,
    dollar: bool,
}

#[derive(Debug, Clone, Copy)]
enum Client {
    /// Requests it as it is.
    Verbatim,
    /// Takes it apart and puts it together again: `+` for blanks, `%2C` for commas.
    Form,
    /// The same with `%20`, and the parameters in another order.
    Percent,
}

fn walks() -> impl Strategy<Value = Walk> {
    let order = prop_oneof![
        Just(vec![]),
        any::<(bool, bool)>().prop_map(|key| vec![key]),
        any::<(bool, bool, bool)>().prop_map(|(field, a, b)| vec![(field, a), (!field, b)]),
    ];
    let statuses = prop_oneof![
        Just(vec![]),
        Just(vec!["NotStarted"]),
        Just(vec!["canceled"]),
        Just(vec!["Cancelled", "NOTSTARTED"]),
        Just(vec!["ValidationFailed"]),
    ];
    let client = prop_oneof![Just(Client::Verbatim), Just(Client::Form), Just(Client::Percent)];
    let position = || proptest::option::of(0..25_usize);
    (
        (order, proptest::option::of(1..9_usize), proptest::option::of(0..15_usize), 0..6_usize, statuses),
        (proptest::option::of(1..4_usize), (position(), position()), 0..3_usize, client, any::<bool>()),
    )
        .prop_map(|((order, page, top, skip, statuses), (every, range, arrivals, client, dollar))| Walk {
            order,
            page,
            top,
            skip,
            statuses,
            every,
            range,
            arrivals,
            client,
            dollar,
        })
}

impl Walk {
    fn bounds<'a>(&self, known: &'a [Known]) -> (Option<&'a str>, Option<&'a str>) {
        let at =
            |position: Option<usize>| position.and_then(|p| known.iter().rev().nth(p)).map(|job| job.created.as_str());
        (at(self.range.0), at(self.range.1))
    }

    fn ids(&self, known: &[Known]) -> Vec<String> {
        let Some(every) = self.every else { return Vec::new() };
        known.iter().rev().take(30).step_by(every).map(|job| job.id.clone()).collect()
    }

    fn query(&self, known: &[Known]) -> String {
        let sign = if self.dollar { "$" } else { "" };
        let mut query = format!("{VERSION}&{sign}skip={}", self.skip);
        if let Some(page) = self.page {
            query.push_str(&format!("&{sign}maxpagesize={page}"));
        }
        if let Some(top) = self.top {
            query.push_str(&format!("&{sign}top={top}"));
        }
        let direction = |descending: bool| if descending { "desc" } else { "asc" };
        let field = |created: bool| if created { "createdDateTimeUtc" } else { "lastActionDateTimeUtc" };
        let order: Vec<_> = self.order.iter().map(|(f, d)| format!("{}%20{}", field(*f), direction(*d))).collect();
        if !order.is_empty() {
            query.push_str(&format!("&{sign}orderBy={}", order.join(",")));
        }
        for status in &self.statuses {
            query.push_str(&format!("&statuses={status}"));
        }
        let ids = self.ids(known);
        if !ids.is_empty() {
            query.push_str(&format!("&ids={}", ids.join("%2C")));
        }
        let (from, to) = self.bounds(known);
        for (name, bound) in [("Start", from), ("End", to)] {
            if let Some(bound) = bound {
                query.push_str(&format!("&createdDateTimeUtc{name}={}", bound.replace(':', "%3A")));
            }
        }
        query
    }

    /// What the walk must give, by the words of the contract.
    fn expected(&self, known: &[Known]) -> Vec<String> {
        let (from, to) = self.bounds(known);
        let ids = self.ids(known);
        let is = |job: &Known, status: &str| {
            status.to_lowercase().replace('l', "") == job.status.to_lowercase().replace('l', "")
        };
        let mut jobs: Vec<_> = known
            .iter()
            .filter(|job| self.statuses.is_empty() || self.statuses.iter().any(|status| is(job, status)))
            .filter(|job| ids.is_empty() || ids.contains(&job.id))
            .filter(|job| from.is_none_or(|from| job.created.as_str() >= from))
            .filter(|job| to.is_none_or(|to| job.created.as_str() <= to))
            .collect();
        let order = if self.order.is_empty() { vec![(true, true)] } else { self.order.clone() };
        jobs.sort_by(|a, b| {
            let keys = order.iter().map(|(created, descending)| {
                let ordering = if *created { a.created.cmp(&b.created) } else { a.last_action.cmp(&b.last_action) };
                if *descending { ordering.reverse() } else { ordering }
            });
            keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        jobs.into_iter().skip(self.skip).take(self.top.unwrap_or(usize::MAX)).map(|job| job.id.clone()).collect()
    }

    async fn walk(&self, server: &Server, known: &mut Vec<Known>) -> Vec<String> {
        let mut next = Some(format!("{BATCHES}?{}", self.query(known)));
        let mut found = Vec::new();
        while let Some(path) = next {
            let answer = server.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
            let page = answer.json();
            let entries = page["value"].as_array().unwrap();
            assert!(entries.len() <= self.page.unwrap_or(50));
            found.extend(entries.iter().map(|job| job["id"].as_str().unwrap().to_owned()));
            for _ in 0..self.arrivals {
                add(server, known, false).await;
            }
            next = page.get("nextLink").map(|link| {
                assert!(!entries.is_empty(), "an empty page links on");
                let link = link.as_str().unwrap();
                assert!(link.starts_with(&format!("http://localhost:5000{BATCHES}?")), "{link}");
                self.client.path(link)
            });
        }
        found
    }
}

impl Client {
    fn path(self, link: &str) -> String {
        let url = url::Url::parse(link).unwrap();
        let mut pairs: Vec<_> = url.query_pairs().filter(|(name, _)| name != "api-version").collect();
        assert!(pairs.iter().all(|(_, value)| !value.is_empty()), "{link}");
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let query = match self {
            Self::Verbatim => return link.strip_prefix("http://localhost:5000").unwrap().to_owned(),
            Self::Form => url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish(),
            Self::Percent => {
                pairs.reverse();
                let pairs: Vec<_> = pairs.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
                pairs.join("&")
            }
        };
        format!("{BATCHES}?{query}&{VERSION}")
    }
}

#[test]
fn a_walk_gives_what_was_there_at_its_first_page() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (server, mut known) = runtime.block_on(async {
        let (server, mut known) = (Server::new().await, Vec::new());
        for index in 0..12 {
            add(&server, &mut known, index % 3 == 0).await;
        }
        (server, known)
    });
    let known = std::cell::RefCell::new(&mut known);
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let result = runner.run(&walks(), |walk| {
        let known = &mut **known.borrow_mut();
        let expected = walk.expected(known);
        let found = runtime.block_on(walk.walk(&server, known));
        // The lists are long: where they part is all that helps.
        let agreed = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
        prop_assert!(found == expected, "{} of {} found, equal up to {agreed}", found.len(), expected.len());
        Ok(())
    });
    result.unwrap();
}

#[tokio::test]
async fn bad_values_are_refused_by_name_and_large_ones_are_answered() {
    let server = Server::new().await;
    server.accepted().await;
    for (query, target) in [
        ("top=-1", "top"),
        ("top=1e3", "top"),
        ("top=2147483648", "top"),
        ("$top=x", "top"),
        ("top=1&top=2", "top"),
        ("top=1%00", "top"),
        ("skip=-1", "skip"),
        ("skip=1.5", "skip"),
        ("maxpagesize=0", "maxpagesize"),
        ("maxpagesize=ten", "maxpagesize"),
        ("statuses=Done", "statuses"),
        ("statuses=Succeeded,'%20OR%201=1", "statuses"),
        ("ids=1", "ids"),
        ("ids='%3BDROP%20TABLE%20jobs", "ids"),
        ("createdDateTimeUtcStart=yesterday", "createdDateTimeUtcStart"),
        ("createdDateTimeUtcEnd=999999-01-01T00:00:00Z", "createdDateTimeUtcEnd"),
        ("orderby=id", "orderby"),
        ("orderby=createdDateTimeUtc%20up", "orderby"),
        ("orderby=createdDateTimeUtc%20asc%20desc", "orderby"),
        ("orderby=createdDateTimeUtc;DROP", "orderby"),
        ("continuationToken=x", "continuationToken"),
    ] {
        server.get(&format!("{BATCHES}?{VERSION}&{query}")).await.refused(400, "InvalidParameter", target);
    }
    for (query, count) in [
        ("top=2147483647&skip=0&maxpagesize=2147483647", 1),
        ("skip=2147483647", 0),
        ("top=0", 0),
        ("maxpagesize=101", 1),
        ("top=&skip=&orderby=&statuses=&ids=&createdDateTimeUtcStart=", 1),
        ("createdDateTimeUtcStart=2999-01-01&createdDateTimeUtcEnd=1999-01-01", 0),
        ("createdDateTimeUtcStart=2001-01-01T00:00:00+02:00", 1),
        ("createdDateTimeUtcStart=2001-01-01T00:00:00", 1),
        ("orderby=CREATEDDATETIME+DESC,createdDateTimeUtc%20asc,lastActionDateTimeUtc", 1),
        ("ids=00000000-0000-4000-8000-000000000000", 0),
        ("unknown=x", 1),
    ] {
        let answer = server.get(&format!("{BATCHES}?{VERSION}&{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query} {answer:?}");
        assert_eq!(answer.json()["value"].as_array().unwrap().len(), count, "{query}");
        assert!(answer.json().get("nextLink").is_none());
    }
}

#[tokio::test]
async fn a_link_keeps_every_filter_and_counts_top_down() {
    let server = Server::new().await;
    for _ in 0..3 {
        server.accepted().await;
    }
    let query = "$top=2&maxpagesize=1&statuses=NotStarted&statuses=Running&createdDateTimeUtcStart=2001-01-01&createdDateTimeUtcEnd=2999-01-01T00:00:00Z&orderby=lastActionDateTimeUtc";
    let link =
        server.get(&format!("{BATCHES}?{VERSION}&{query}")).await.json()["nextLink"].as_str().unwrap().to_owned();
    let (link, token) = link.split_once("&continuationToken=").unwrap();
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
    insta::assert_snapshot!(link);
}
