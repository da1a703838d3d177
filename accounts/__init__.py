"""Who people are: companies, users and their roles, clients, known devices, and what an actor may see."""
