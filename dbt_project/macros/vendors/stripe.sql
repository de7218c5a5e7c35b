{#- What Stripe says of deletes and money. -#}

{#- The ids a `<type>.deleted` event names. A deleted subscription is a cancelled one and stays. -#}
{% macro stripe_deleted_ids(event_type) -%}
    select distinct object_id as id
    from {{ source('raw_stripe', 'events') }}
    where type = '{{ event_type }}.deleted' and object_id is not null
{%- endmacro %}

{#- Stripe's smallest unit as the currency's own: they differ for a few currencies (ISK, UGX). -#}
{% macro stripe_minor(amount, minor_digits, stripe_digits) -%}
    ({{ amount }} * power(10, {{ minor_digits }} - {{ stripe_digits }}))
{%- endmacro %}
