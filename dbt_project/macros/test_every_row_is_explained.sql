{#- Rows came or went and nobody knows why. Told with how many, and where they were missed. -#}
{% test every_row_is_explained(model) %}

select
    source,
    resource,
    run_id,
    unexplained,
    unexplained_at
from {{ model }}
where unexplained <> 0

{% endtest %}
