//! Whole jobs over folders on disk.

use terjuman_model::{DocumentStatus, JobStatus};

use crate::world::World;

#[tokio::test]
async fn a_folder_is_translated() {
    let mut world = World::new().await;
    world.fill(20);
    world.write("in/sub/a.txt", "One more, deeper.");
    world.write("in/picture.jpg", "not text");
    let (job, documents) = world.run(&world.request()).await;
    assert_eq!((job.status, job.summary.success, job.summary.total()), (JobStatus::Succeeded, 21, 21));
    assert_eq!(world.files("out").len(), 21);
    let text = std::fs::read_to_string(world.path("out/sub/a.txt")).unwrap();
    assert!(text.starts_with("[Óńé ɱóŕé, ďééṕéŕ."), "{text}");
    assert!(documents.windows(2).all(|pair| pair[0].created < pair[1].created));
    for document in &documents {
        assert_eq!((document.status, document.progress), (DocumentStatus::Succeeded, 1.0));
    }
    assert_eq!(job.summary.characters_charged, documents.iter().map(|document| document.characters).sum::<u64>());
    assert_eq!(documents[20].characters, 17);
    world.stop().await;
}
