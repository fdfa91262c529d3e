//! How many requests a resource may make: a bucket of tokens each, filled at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use terjuman_model::ResourceId;
use tokio::time::Instant;

use crate::HttpConfig;
use crate::error::ApiError;

/// The buckets. There are no more of them than configured resources.
pub(crate) struct Rates {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<ResourceId, Bucket>>,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Rates {
    pub(crate) fn new(config: &HttpConfig) -> Self {
        let (per_second, burst) = (f64::from(config.requests_per_second), f64::from(config.request_burst));
        Self { per_second, burst, buckets: Mutex::default() }
    }

    /// Takes a token from the resource's bucket.
    ///
    /// # Errors
    /// 429 if there is none. No limit is set by default.
    pub(crate) fn admit(&self, resource: &ResourceId) -> Result<(), ApiError> {
        if self.per_second <= 0.0 {
            return Ok(());
        }
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(resource.clone()).or_insert(Bucket { tokens: self.burst, filled: now });
        let grown = now.duration_since(bucket.filled).as_secs_f64() * self.per_second;
        *bucket = Bucket { tokens: (bucket.tokens + grown).min(self.burst), filled: now };
        if bucket.tokens < 1.0 {
            return Err(ApiError::rate_too_high("Too many requests. Slow down and try again."));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_then_the_rate_counts_and_others_are_not_concerned() {
        let config = HttpConfig { requests_per_second: 2, request_burst: 3, ..HttpConfig::default() };
        let (rates, one, other) = (Rates::new(&config), ResourceId("one".into()), ResourceId("other".into()));
        let admitted = |count: usize| (0..count).filter(|_| rates.admit(&one).is_ok()).count();
        assert_eq!(admitted(10), 3);
        assert!(rates.admit(&other).is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(admitted(10), 2);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(admitted(10), 3);
        assert!((0..1000).all(|_| Rates::new(&HttpConfig::default()).admit(&one).is_ok()));
    }
}
