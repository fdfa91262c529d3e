//! A server that speaks S3: moto, from the Python registry, in a process of its own.

use std::process::Command;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use terjuman_blobs::{StorageConfig, StoreConfig, StoreKind};

use crate::emulator::Emulator;

const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/');

/// A running server with nothing in it; it ends with this value.
pub(crate) struct S3 {
    emulator: Emulator,
    pub(crate) host: String,
}

impl S3 {
    /// Starts the executable that `TERJUMAN_TEST_S3` names; `None`, said aloud, without it. Signatures are checked
    /// after this many calls, if at all.
    pub(crate) async fn start(unchecked: Option<u32>) -> Option<Self> {
        let start = Emulator::start("TERJUMAN_TEST_S3", |command, port| {
            command.args(["-H", "127.0.0.1", "-p", port]);
            command.envs(unchecked.map(|unchecked| ("INITIAL_NO_AUTH_ACTION_COUNT", unchecked.to_string())));
        });
        let emulator = start.await?;
        Some(Self { host: emulator.host.clone(), emulator })
    }

    /// A store `mine` with this key and root.
    pub(crate) fn config(&self, id: &str, secret: &str, root: &str) -> StorageConfig {
        let store = StoreConfig {
            endpoint: format!("http://{}", self.host),
            access_key_id: id.to_owned(),
            secret: secret.to_owned().into(),
            root: root.to_owned(),
            ..StoreConfig::new(StoreKind::S3)
        };
        StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() }
    }

    pub(crate) async fn bucket(&self, name: &str) {
        let answer =
            self.emulator.http.put(format!("http://{}/{name}", self.host)).header("content-length", 0).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }

    /// A file as somebody else would write it.
    pub(crate) async fn put(&self, bucket: &str, key: &str, content: &str) {
        let key = utf8_percent_encode(key, PATH).to_string();
        let request = self.emulator.http.put(format!("http://{}/{bucket}/{key}", self.host));
        // Whoever names nobody may write, but not over what is there.
        let anybody =
            "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";
        let request = request.header("authorization", anybody);
        let answer = request.header("content-length", content.len()).body(content.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{key}");
    }

    /// A user who may do everything, in three calls: key and secret.
    pub(crate) async fn user(&self) -> (String, String) {
        self.iam("Action=CreateUser&UserName=tester").await;
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let policy = utf8_percent_encode(policy, NON_ALPHANUMERIC);
        self.iam(&format!("Action=PutUserPolicy&UserName=tester&PolicyName=all&PolicyDocument={policy}")).await;
        let answer = self.iam("Action=CreateAccessKey&UserName=tester").await;
        let field = |name: &str| {
            let (_, rest) = answer.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        (field("AccessKeyId"), field("SecretAccessKey"))
    }

    async fn iam(&self, form: &str) -> String {
        let scope =
            "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x";
        let request = self.emulator.http.post(format!("http://{}/", self.host)).header("authorization", scope);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(format!("{form}&Version=2010-05-08")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// A bucket on a server that checks signatures, by a client of the vendor's.
    pub(crate) async fn signed_bucket(&self, id: &str, secret: &str, name: &str) {
        let program = self.python();
        let code = "import boto3,sys;u,i,s,n=sys.argv[1:];boto3.client('s3',endpoint_url=u,region_name='us-east-1',\
                    aws_access_key_id=i,aws_secret_access_key=s).create_bucket(Bucket=n)";
        let url = format!("http://{}", self.host);
        let done = tokio::task::spawn_blocking({
            let arguments = [code.to_owned(), url, id.to_owned(), secret.to_owned(), name.to_owned()];
            move || Command::new(program).arg("-c").args(arguments).output().unwrap()
        });
        let done = done.await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// The interpreter that the server runs on.
    #[expect(clippy::disallowed_methods, reason = "a test is told by the environment where its emulator is")]
    fn python(&self) -> std::path::PathBuf {
        std::path::Path::new(&std::env::var("TERJUMAN_TEST_S3").unwrap()).with_file_name("python")
    }
}
