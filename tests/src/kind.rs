//! The four combinations that every test runs on.

/// Where the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// Where the cache and the live events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    Memory,
    Redis,
}

/// One combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub store: Store,
    pub bus: Bus,
}

impl Kind {
    pub const SQLITE_MEMORY: Self = Self { store: Store::Sqlite, bus: Bus::Memory };
    pub const SQLITE_REDIS: Self = Self { store: Store::Sqlite, bus: Bus::Redis };
    pub const POSTGRES_MEMORY: Self = Self { store: Store::Postgres, bus: Bus::Memory };
    pub const POSTGRES_REDIS: Self = Self { store: Store::Postgres, bus: Bus::Redis };
}

/// Makes four tests of each named `async fn(Kind)`.
#[macro_export]
macro_rules! in_every_world {
    ($($name:ident),+ $(,)?) => {
        $crate::in_worlds!([
            sqlite_memory SQLITE_MEMORY,
            sqlite_redis SQLITE_REDIS,
            postgres_memory POSTGRES_MEMORY,
            postgres_redis POSTGRES_REDIS
        ] $($name),+);
    };
}

/// Makes two tests of each named function, one for each database: what it tests has nothing to do with the cache.
#[macro_export]
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        $crate::in_worlds!([sqlite SQLITE_MEMORY, postgres POSTGRES_MEMORY] $($name),+);
    };
}

/// Makes one test of each named function: what it tests happens before the database and the cache are asked.
#[macro_export]
macro_rules! in_one_world {
    ($($name:ident),+ $(,)?) => {
        $crate::in_worlds!([sqlite SQLITE_MEMORY] $($name),+);
    };
}

/// Makes two tests of each named function, for what only several replicas on one PostgreSQL show.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {
        $crate::in_worlds!([postgres_memory POSTGRES_MEMORY, postgres_redis POSTGRES_REDIS] $($name),+);
    };
}

/// Makes one test of each named function for each world in the list.
#[macro_export]
macro_rules! in_worlds {
    ($worlds:tt $($name:ident),+) => {
        $($crate::in_worlds!(@one $name $worlds);)+
    };
    (@one $name:ident [$($test:ident $kind:ident),+]) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$name($crate::Kind::$kind).await;
                }
            )+
        }
    };
}
