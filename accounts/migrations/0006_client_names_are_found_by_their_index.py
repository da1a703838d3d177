import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_chats_are_found_by_their_index'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='client',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.Func(models.Func(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower(django.db.models.functions.text.Concat(models.F('first_name'), models.Value(' '), models.F('last_name'), output_field=models.TextField())), models.Value('ё'), models.Value('е'), output_field=models.TextField()), models.Value('[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u2000-\\u2bff\\u3000-\\u303f\\ufe00-\\ufe0f\\U0001f000-\\U0001faff]+'), function='regexp_split_to_array', output_field=models.TextField()), models.Value(''), function='array_remove', output_field=models.TextField()), function='array_to_tsvector', output_field=django.contrib.postgres.search.SearchVectorField()), fastupdate=False, name='client_name_words'),
        ),
    ]
