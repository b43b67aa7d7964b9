//! `sync` in Lambda.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("sync").await?;
    let app = sync::App::new(lambda.store.clone(), lambda.function.clone());
    lambda
        .run_queue(async |message, meta| sync::handle(&app, message, meta).await)
        .await
}
