from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.CharField(
                blank=True, default="", help_text="id of the Person entity this account is of", max_length=200
            ),
            preserve_default=False,
        ),
    ]
