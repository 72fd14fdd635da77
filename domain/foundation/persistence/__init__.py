"""PostgreSQL: connections and transactions, what its errors mean, and how tables are declared."""
