{#- Every row that landed is staged once: neither lost nor multiplied. -#}
{% test rows_survive_staging(model) %}

select
    source,
    resource,
    stored,
    staged
from {{ model }}
where staged <> stored

{% endtest %}
