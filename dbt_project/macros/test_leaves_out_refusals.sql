{#-
    A list made for a purpose holds nobody who refused it. `unless`: rows that are there for another reason, such as a
    reply to what the person asked.
-#}
{% test leaves_out_refusals(model, purpose, unless='false') %}

select listed.customer_id
from {{ model }} as listed
inner join {{ ref('consent') }} as consent on listed.customer_id = consent.customer_id
where
    consent.purpose = '{{ purpose }}'
    and consent.answer = 'refused'
    and not coalesce({{ unless }}, false)

{% endtest %}
