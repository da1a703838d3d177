from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_merging_and_invitations")]

    operations = [
        migrations.RemoveConstraint(model_name="client", name="client_telegram_is_unique_in_company"),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.UniqueConstraint(fields=("tg_id", "company"), name="client_telegram_is_unique_in_company"),
        ),
    ]
