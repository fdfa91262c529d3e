//! Name resolution that keeps forbidden addresses to itself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Reach, address};

/// How names become addresses: the system's resolver, or a test's table.
pub(crate) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync>;

/// A resolver for one kind of [`Reach`].
pub(crate) struct Resolver {
    lookup: Lookup,
    reach: Reach,
}

/// A name has addresses, but none that may be reached.
#[derive(Debug)]
pub(crate) struct Denied;

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address of this host may be reached")
    }
}

impl std::error::Error for Denied {}

impl Resolver {
    pub(crate) fn system(reach: Reach) -> Self {
        let lookup: Lookup = Arc::new(|name: String| {
            Box::pin(async move {
                Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.map(|address| address.ip()).collect())
            })
        });
        Self { lookup, reach }
    }

    /// A resolver to which every name means these addresses.
    #[cfg(test)]
    pub(crate) fn always(reach: Reach, answers: &[&str]) -> Self {
        let answers: Vec<IpAddr> = answers.iter().map(|text| text.parse().unwrap()).collect();
        let lookup: Lookup = Arc::new(move |_| {
            let answers = answers.clone();
            Box::pin(async move { Ok(answers) })
        });
        Self { lookup, reach }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.lookup.clone();
        let reach = self.reach;
        Box::pin(async move {
            let found = lookup(name.as_str().to_owned()).await?;
            let some_found = !found.is_empty();
            let open: Vec<SocketAddr> =
                found.into_iter().filter(|ip| may_connect(reach, *ip)).map(|ip| SocketAddr::new(ip, 0)).collect();
            if open.is_empty() && some_found {
                return Err(Denied.into());
            }
            let addresses: Addrs = Box::new(open.into_iter());
            Ok(addresses)
        })
    }
}

fn may_connect(reach: Reach, ip: IpAddr) -> bool {
    match reach {
        Reach::Public => address::is_public(ip),
        Reach::Listed => !address::is_never(ip),
        Reach::Operator => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses that a resolver hands on, or `None` if it denied the name.
    async fn resolve(reach: Reach, answers: &[&str]) -> Option<Vec<String>> {
        match Resolver::always(reach, answers).resolve("name.example".parse().unwrap()).await {
            Ok(addresses) => Some(addresses.map(|address| address.ip().to_string()).collect()),
            Err(error) => {
                assert!(error.is::<Denied>());
                None
            }
        }
    }

    #[tokio::test]
    async fn forbidden_answers_are_dropped() {
        let public = ["20.60.1.1", "127.0.0.1", "2603:1030::1", "::1", "169.254.169.254"];
        assert_eq!(resolve(Reach::Public, &public).await.unwrap(), ["20.60.1.1", "2603:1030::1"]);
        assert_eq!(resolve(Reach::Public, &["10.0.0.1", "::ffff:10.0.0.1", "fd00::1"]).await, None);
        assert_eq!(resolve(Reach::Public, &["169.254.169.254"]).await, None);
        assert_eq!(resolve(Reach::Public, &[]).await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_listed_name_never_leads_to_metadata() {
        let answers = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "fd00:ec2::254", "168.63.129.16"];
        assert_eq!(resolve(Reach::Listed, &answers).await.unwrap(), ["127.0.0.1", "10.0.0.1"]);
        assert_eq!(resolve(Reach::Listed, &["64:ff9b::169.254.169.254"]).await, None);
    }
}
