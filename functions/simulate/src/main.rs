//! `simulate` in Lambda.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("simulate").await?;
    let app = simulate::App::new(lambda.store.clone(), lambda.function.clone());
    lambda
        .run_queue(async |message, meta| simulate::handle(&app, message, meta).await)
        .await
}
