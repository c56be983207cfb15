from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0030_guard")]
    operations = [
        migrations.AlterField(
            model_name="usage",
            name="agreement",
            field=models.CharField(help_text="its number, or: role of name", max_length=300),
        ),
    ]
