//! `deliver` in Lambda.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("deliver").await?;
    let mut app = deliver::App::new(lambda.store.clone(), lambda.function.clone());
    app.public_url = edge::lambda::public_url()?;
    lambda
        .run_queue(async |message, meta| deliver::handle(&app, message, meta).await)
        .await
}
