pub async fn run(pool: &Pool, migrations: &[Migration]) -> Result<()> {
    for migration in migrations {
        if migration.applied { continue; }
        log::info!("applying {}", migration.name); //~ yes log-in-loop, yes unstructured
        migration.apply(pool).await?;
    }
    println!("{} migrations applied", migrations.len()); //~ yes print
    Ok(())
}
