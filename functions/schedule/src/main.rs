//! `schedule` in Lambda.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("schedule").await?;
    let app = schedule::App::new(lambda.store.clone(), lambda.function.clone());
    lambda
        .run_schedule(async |event, deadline| schedule::handle(&app, event, &deadline).await)
        .await
}
